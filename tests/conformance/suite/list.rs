//! The list of all behaviours, for every run.

/// Calls a macro with every behaviour, by module.
macro_rules! behaviours {
    ($then:ident) => {
        $then! {
            addresses: every_form_stands_for_the_same
                a_scope_by_number
                brackets_in_a_pair
                the_addresses_of_a_name
                the_addresses_of_localhost
                a_literal_of_a_range_that_nobody_has
                every_form_connects
                text_that_is_no_address_is_refused
                text_that_can_be_no_name_is_refused
                a_port_with_a_sign
                a_form_of_ones_own_connects;
            connecting: nobody_listens
                why_there_is_no_connection
                addresses_are_tried_in_turn
                no_address_at_all_is_refused
                localhost_is_found
                the_peer_of_a_name
                the_local_address
                a_timeout_for_connecting
                debug_formats_name_the_type
                the_types_are_send_and_sync;
            ipv6: ipv6_streams_carry_bytes
                ipv6_datagrams_come_back
                the_longest_datagram_over_ipv6
                ipv6_from_a_socket_bound_to_ipv4;
            transfers: every_size_is_received
                every_size_is_sent
                every_size_comes_back
                sixteen_mebibytes_are_received
                sixteen_mebibytes_are_sent
                sixteen_mebibytes_come_back
                a_byte_at_a_time_is_received
                a_byte_at_a_time_is_sent
                reads_of_odd_sizes_lose_nothing
                a_read_gives_no_more_than_fits
                read_exact_of_too_much_is_an_unexpected_end;
            reading: read_to_end_gets_everything
                read_to_string_gets_the_text
                read_to_string_refuses_what_is_no_text
                lines_are_read
                lines_go_to_and_fro
                take_and_chain_and_bytes_work
                copy_takes_everything
                copy_goes_from_stream_to_stream
                read_vectored_fills_the_slices_in_order
                an_empty_buffer_reads_nothing_and_takes_nothing;
            writing: write_vectored_sends_the_slices_in_order
                write_macros_send_their_text
                buffered_writes_arrive_when_flushed
                an_empty_buffer_writes_nothing
                a_write_answers_how_much_it_took
                a_peer_that_takes_nothing;
            ending: the_end_stays_the_end
                writes_after_the_peers_close_fail_at_last
                the_end_is_behind_all_bytes
                a_reset_ends_a_read
                a_broken_stream_can_be_shut
                the_peer_sees_a_drop
                what_was_written_outlives_a_drop;
            clones: clones_share_what_there_is_to_read
                clones_write_to_one_stream
                the_last_clone_closes_in_either_order
                clones_are_shut_together
                clones_have_the_same_peer
                clones_of_a_udp_socket_share_what_comes;
            halves: a_shut_write_half_refuses_writes_and_lets_reads_go_on
                whether_the_peer_sees_a_shut_write_half
                the_peer_sees_the_end_when_both_halves_are_shut
                a_shut_read_half_reads_the_end_and_lets_writes_go_on
                what_came_before_the_read_half_was_shut
                a_half_can_be_shut_twice
                an_empty_write_to_a_shut_half;
            peeking: a_peek_takes_nothing
                a_peek_in_the_middle_shows_what_comes_next
                a_peek_with_an_empty_buffer_shows_nothing
                how_much_a_peek_shows
                a_second_peek_shows_what_came_since
                whether_a_second_peek_waits
                a_peek_at_a_datagram_takes_nothing
                a_peek_cuts_a_datagram_and_keeps_it_whole;
            silences: a_read_times_out_and_loses_nothing
                a_silence_is_not_the_end
                without_a_timeout_a_read_waits_on
                a_receive_times_out_and_the_socket_goes_on
                a_receive_waits_for_a_late_datagram
                the_shortest_timeout_times_out
                a_timed_out_read_takes_nothing_from_a_line;
            options: timeouts_are_what_was_set
                timeouts_of_zero_are_refused
                the_first_timeouts
                clones_share_their_timeouts
                flags_are_what_was_set
                sending_to_everybody
                no_error_is_pending
                waiting_can_be_asked_for_and_may_not_be_turned_off
                the_time_to_live
                multicast;
            many: a_thousand_connections_in_turn
                sixty_four_connections_at_once
                what_comes_on_one_connection_stays_there;
            datagrams: every_size_of_datagram_comes_back
                a_datagram_that_is_too_long
                what_does_not_fit_is_lost_and_the_next_is_whole
                an_empty_buffer_takes_a_datagram
                datagrams_are_neither_joined_nor_mixed_up
                an_answer_may_be_longer_than_the_question
                an_empty_datagram_is_sent
                an_empty_datagram_is_received
                nobody_listens_at_the_port
                sending_again_to_where_nobody_listens
                sending_again_from_a_bound_socket_to_where_nobody_listens
                many_sockets_in_turn
                many_sockets_at_once;
            receiving: a_connected_socket_says_who_its_peer_is
                a_udp_peer_can_be_given_as_localhost
                the_addresses_of_a_udp_peer_are_tried_in_turn
                where_the_datagrams_of_a_named_peer_are_from
                one_bound_socket_talks_to_several_peers
                a_bound_socket_can_be_connected
                a_connected_socket_hears_its_peer_alone
                what_a_bound_socket_hears_from_strangers
                a_peek_from_says_who_and_takes_nothing
                clones_of_a_bound_socket_share_its_peers
                forms_of_no_address_to_bind_to
                an_address_to_bind_to
                sending_to_nobody_in_particular_is_refused
                receiving_before_anything_was_sent
                how_many_peers_there_can_be
                a_connected_socket_can_send_elsewhere
                a_silent_peer_hides_no_other
                the_order_in_which_peers_are_heard;
            reconnecting: what_comes_while_connected_elsewhere_is_lost
                what_comes_when_connected_back
                what_is_waiting_when_a_socket_is_connected
                connecting_to_a_peer_it_has_sent_to_keeps_what_is_waiting
                connecting_to_the_same_peer_keeps_what_is_waiting
                a_peeked_datagram_outlives_connecting_elsewhere
                a_peeked_datagram_outlives_sending_to_many
                any_number_of_peers_one_after_the_other
                the_local_port_that_peers_see
                a_name_is_looked_up_again;
            unreachable: a_peer_that_does_not_answer_times_out
                the_longest_timeout_for_connecting
                no_address_in_particular_is_this_machine
                an_address_of_another_machine_to_bind_to;
            waiting: timeouts_of_less_than_a_second_are_what_was_set
                a_write_timeout_limits_no_read
                a_read_timeout_limits_no_write
                a_peek_at_a_datagram_times_out;
            sharing: a_half_is_shut_for_every_clone
                a_clone_of_a_shut_stream_is_shut;
        }
    };
}

/// Like `behaviours!`, for those that need threads.
#[cfg(not(target_family = "wasm"))]
macro_rules! behaviours_with_threads {
    ($then:ident) => {
        $then! {
            threads: one_thread_reads_while_another_writes
                a_read_that_waits_holds_up_no_write
                shutting_a_stream_ends_a_read_that_waits
                threads_share_what_there_is_to_read
                a_udp_receive_that_waits_holds_up_no_send
                threads_that_peek_lose_no_datagram
                an_address_may_be_found_out_with_the_socket_itself;
            racing: threads_connect_at_the_same_time
                a_clone_writes_in_another_thread
                a_stream_is_cloned_while_a_read_waits
                threads_write_and_every_byte_arrives
                threads_read_while_the_timeout_changes
                shutting_the_read_half_ends_a_read_that_waits
                shutting_a_stream_ends_a_write_that_waits
                every_method_of_a_stream_at_the_same_time
                every_method_of_a_udp_socket_at_the_same_time
                clones_of_a_udp_socket_receive_one_datagram_each
                clones_of_a_udp_socket_send_in_threads;
        }
    };
}

pub(crate) use behaviours;
#[cfg(not(target_family = "wasm"))]
pub(crate) use behaviours_with_threads;

;; A plugin that hands each of its exports straight on to the host function of the same name, and
;; answers what the host answered. Its input is little-endian u64 words, then bytes.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
  (import "extism:host/env" "input_offset" (func $input (result i64)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_load_u8" (func $byte (param i64) (result i32)))
  (import "extism:host/env" "input_load_u64" (func $load_word (param i64) (result i64)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (import "env" "tcp_connect" (func $tcp_connect (param i64) (result i32)))
  (import "env" "tcp_send" (func $tcp_send (param i32 i64 i64) (result i32)))
  (import "env" "tcp_recv" (func $tcp_recv (param i32 i32) (result i64)))
  (import "env" "tcp_close" (func $tcp_close (param i32)))
  (import "env" "udp_connect" (func $udp_connect (param i64) (result i32)))
  (import "env" "udp_send" (func $udp_send (param i32 i64 i64) (result i32)))
  (import "env" "udp_recv" (func $udp_recv (param i32 i32) (result i64)))
  (import "env" "udp_close" (func $udp_close (param i32)))
  (import "env" "icmp_send" (func $icmp_send (param i64 i64 i64 i32) (result i32)))
  (import "env" "icmp_recv" (func $icmp_recv (param i32) (result i64)))

  ;; The input's word number $i.
  (func $word (param $i i64) (result i64)
    (call $load_word (i64.mul (local.get $i) (i64.const 8))))
  (func $word32 (param $i i64) (result i32)
    (i32.wrap_i64 (call $word (local.get $i))))

  ;; A block with the input's bytes from $from on, up to $to.
  (func $bytes (param $from i64) (param $to i64) (result i64)
    (local $block i64) (local $i i64)
    (local.set $block (call $alloc (i64.sub (local.get $to) (local.get $from))))
    (block $done
      (loop $next
        (br_if $done (i64.ge_u (local.get $from) (local.get $to)))
        (call $store_u8
          (i64.add (local.get $block) (local.get $i))
          (call $byte (local.get $from)))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (local.set $from (i64.add (local.get $from) (i64.const 1)))
        (br $next)))
    (local.get $block))

  ;; The output is one u64.
  (func $number (param $n i32)
    (local $block i64)
    (local.set $block (call $alloc (i64.const 8)))
    (call $store_u64 (local.get $block) (i64.extend_i32_u (local.get $n)))
    (call $output_set (local.get $block) (i64.const 8)))

  ;; The output is a block that the host made, or nothing.
  (func $block (param $offset i64)
    (call $output_set (local.get $offset) (call $length (local.get $offset))))

  ;; Input: the address.
  (func (export "tcp_connect") (call $number (call $tcp_connect (call $input))))
  (func (export "udp_connect") (call $number (call $udp_connect (call $input))))

  ;; Input: id, length, data.
  (func (export "tcp_send")
    (local $data i64)
    (local.set $data (call $bytes (i64.const 16) (call $input_length)))
    (call $number (call $tcp_send
      (call $word32 (i64.const 0)) (local.get $data) (call $word (i64.const 1))))
    (call $free (local.get $data)))
  (func (export "udp_send")
    (local $data i64)
    (local.set $data (call $bytes (i64.const 16) (call $input_length)))
    (call $number (call $udp_send
      (call $word32 (i64.const 0)) (local.get $data) (call $word (i64.const 1))))
    (call $free (local.get $data)))

  ;; Input: id, offset, length; the offset is taken as it is.
  (func (export "tcp_send_at") (call $number (call $tcp_send
    (call $word32 (i64.const 0)) (call $word (i64.const 1)) (call $word (i64.const 2)))))
  (func (export "udp_send_at") (call $number (call $udp_send
    (call $word32 (i64.const 0)) (call $word (i64.const 1)) (call $word (i64.const 2)))))

  ;; Input: an offset, taken as it is.
  (func (export "tcp_connect_at") (call $number (call $tcp_connect (call $word (i64.const 0)))))

  ;; Input: id, max.
  (func (export "tcp_recv") (call $block (call $tcp_recv
    (call $word32 (i64.const 0)) (call $word32 (i64.const 1)))))
  (func (export "udp_recv") (call $block (call $udp_recv
    (call $word32 (i64.const 0)) (call $word32 (i64.const 1)))))

  ;; Input: id.
  (func (export "tcp_close") (call $tcp_close (call $word32 (i64.const 0))))
  (func (export "udp_close") (call $udp_close (call $word32 (i64.const 0))))

  ;; Input: sequence number, length of the target, target, payload.
  (func (export "icmp_send")
    (local $middle i64) (local $target i64) (local $payload i64)
    (local.set $middle (i64.add (i64.const 16) (call $word (i64.const 1))))
    (local.set $target (call $bytes (i64.const 16) (local.get $middle)))
    (local.set $payload (call $bytes (local.get $middle) (call $input_length)))
    (call $number (call $icmp_send
      (local.get $target)
      (local.get $payload)
      (call $length (local.get $payload))
      (call $word32 (i64.const 0))))
    (call $free (local.get $target))
    (call $free (local.get $payload)))

  ;; Input: target's offset, payload's offset, length; the offsets are taken as they are.
  (func (export "icmp_send_at") (call $number (call $icmp_send
    (call $word (i64.const 0)) (call $word (i64.const 1)) (call $word (i64.const 2))
    (i32.const 1))))

  ;; Input: timeout in ms.
  (func (export "icmp_recv") (call $block (call $icmp_recv (call $word32 (i64.const 0))))))

;; Keeps connections to an echo server, sends what it is given over each, and checks by digest what comes back.
(module
  (import "env" "tcp_connect" (func $connect (param i64) (result i32)))
  (import "env" "tcp_send" (func $send (param i32 i64 i64) (result i32)))
  (import "env" "tcp_recv" (func $recv (param i32 i32) (result i64)))
  (import "env" "tcp_close" (func $close (param i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "load_u8" (func $load_u8 (param i64) (result i32)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
  (import "extism:host/env" "input_offset" (func $input_offset (result i64)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  ;; The ids, four bytes each.
  (memory (export "memory") 1)
  (global $connections (mut i32) (i32.const 0))

  (func $output (param $number i64)
    (local $block i64)
    (local.set $block (call $alloc (i64.const 8)))
    (call $store_u64 (local.get $block) (local.get $number))
    (call $output_set (local.get $block) (i64.const 8)))

  (func $id (param $which i32) (result i32)
    (i32.load (i32.mul (local.get $which) (i32.const 4))))

  ;; FNV-1a of a block, on top of what was before.
  (func $digest (param $digest i64) (param $block i64) (param $length i64) (result i64)
    (local $i i64)
    (block $done
      (loop $next
        (br_if $done (i64.ge_u (local.get $i) (local.get $length)))
        (local.set $digest
          (i64.mul
            (i64.xor (local.get $digest)
              (i64.extend_i32_u (call $load_u8 (i64.add (local.get $block) (local.get $i)))))
            (i64.const 0x100000001b3)))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br $next)))
    (local.get $digest))

  ;; Opens one more connection, to the input's address. Its id.
  (func (export "connect") (result i32)
    (local $id i32)
    (local.set $id (call $connect (call $input_offset)))
    (if (local.get $id)
      (then
        (i32.store (i32.mul (global.get $connections) (i32.const 4)) (local.get $id))
        (global.set $connections (i32.add (global.get $connections) (i32.const 1)))))
    (call $output (i64.extend_i32_u (local.get $id)))
    (i32.const 0))

  ;; Sends the input over every connection, and reads as much from each. Over how many all of it came back.
  (func (export "round") (result i32)
    (local $which i32) (local $whole i64) (local $got i64) (local $digest i64)
    (local $block i64) (local $length i64) (local $expected i64)
    (local.set $expected
      (call $digest (i64.const 0xcbf29ce484222325) (call $input_offset) (call $input_length)))
    (block $done
      (loop $each
        (br_if $done (i32.ge_u (local.get $which) (global.get $connections)))
        (drop (call $send (call $id (local.get $which)) (call $input_offset) (call $input_length)))
        (local.set $got (i64.const 0))
        (local.set $digest (i64.const 0xcbf29ce484222325))
        (block $silent
          (loop $more
            (br_if $silent (i64.ge_u (local.get $got) (call $input_length)))
            (local.set $block (call $recv (call $id (local.get $which)) (i32.const 4096)))
            (br_if $silent (i64.eqz (local.get $block)))
            (local.set $length (call $length (local.get $block)))
            (local.set $digest
              (call $digest (local.get $digest) (local.get $block) (local.get $length)))
            (local.set $got (i64.add (local.get $got) (local.get $length)))
            (call $free (local.get $block))
            (br $more)))
        (if (i32.and
              (i64.eq (local.get $digest) (local.get $expected))
              (i64.eq (local.get $got) (call $input_length)))
          (then (local.set $whole (i64.add (local.get $whole) (i64.const 1)))))
        (local.set $which (i32.add (local.get $which) (i32.const 1)))
        (br $each)))
    (call $output (local.get $whole))
    (i32.const 0))

  ;; Receives once from the first connection. How many bytes came.
  (func (export "receive") (result i32)
    (local $block i64)
    (local.set $block (call $recv (call $id (i32.const 0)) (i32.const 4096)))
    (call $output (call $length (local.get $block)))
    (i32.const 0))

  ;; Connects to the input's address until that fails. How often it worked.
  (func (export "flood") (result i32)
    (local $opened i64)
    (block $full
      (loop $next
        (br_if $full (i32.eqz (call $connect (call $input_offset))))
        (local.set $opened (i64.add (local.get $opened) (i64.const 1)))
        (br $next)))
    (call $output (local.get $opened))
    (i32.const 0))

  ;; Tries to connect to the input's address, in vain, forever.
  (func (export "hammer") (result i32)
    (loop $next
      (drop (call $connect (call $input_offset)))
      (br $next))
    (i32.const 0))

  (func (export "close") (result i32)
    (local $which i32)
    (block $done
      (loop $each
        (br_if $done (i32.ge_u (local.get $which) (global.get $connections)))
        (call $close (call $id (local.get $which)))
        (local.set $which (i32.add (local.get $which) (i32.const 1)))
        (br $each)))
    (global.set $connections (i32.const 0))
    (i32.const 0)))

;; What WASI tells a plugin: each function's output is the bytes that WASI wrote.
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (memory (export "memory") 1)
  (global $unused (mut i32) (i32.const 0))

  ;; Makes the first so many bytes of the memory the output.
  (func $output (param $length i32)
    (local $block i64) (local $i i32)
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $length))))
    (loop $next
      (call $store_u8
        (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))
        (i32.load8_u (local.get $i)))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))
    (call $output_set (local.get $block) (i64.extend_i32_u (local.get $length))))

  ;; Two readings.
  (func (export "clock") (result i32)
    (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 0)))
    (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 8)))
    (call $output (i32.const 16))
    (i32.const 0))

  ;; Eleven bytes, at an odd place.
  (func (export "random") (result i32)
    (drop (call $random (i32.const 1) (i32.const 11)))
    (call $output (i32.const 13))
    (i32.const 0))

  ;; Waits an hour on the monotonic clock, twice over, and for a file. The answer's number, how many
  ;; happened, and the three events.
  (func (export "sleep") (result i32)
    (i64.store (i32.const 1000) (i64.const 0x1122334455667788))
    (i32.store (i32.const 1016) (i32.const 1))
    (i64.store (i32.const 1024) (i64.const 3600000000000))
    (i64.store (i32.const 1048) (i64.const 7))
    (i32.store (i32.const 1064) (i32.const 1))
    (i64.store (i32.const 1072) (i64.const 3600000000000))
    (i64.store (i32.const 1096) (i64.const 9))
    (i32.store8 (i32.const 1104) (i32.const 1))
    (i32.store (i32.const 0)
      (call $poll (i32.const 1000) (i32.const 8) (i32.const 3) (i32.const 4)))
    (call $output (i32.const 104))
    (i32.const 0))

  ;; Waits for nothing, which is an error: its number.
  (func (export "sleep_for_nothing") (result i32)
    (i32.store8 (i32.const 0)
      (call $poll (i32.const 1000) (i32.const 8) (i32.const 0) (i32.const 4)))
    (call $output (i32.const 1))
    (i32.const 0)))

;; A plugin that hands its export straight on to `http_request`, and answers what the host answered. Its input
;; is the method, the URL and the headers, with a line feed after each, and then the body. What is empty is
;; passed as 0.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_load_u8" (func $byte (param i64) (result i32)))
  (import "extism:host/env" "input_load_u64" (func $load_word (param i64) (result i64)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (import "env" "http_request" (func $request (param i64 i64 i64 i64) (result i64)))
  (memory (export "memory") 1)
  ;; How far the input has been read.
  (global $at (mut i64) (i64.const 0))

  ;; A block with the input's bytes up to this place; 0 for none.
  (func $take (param $end i64) (result i64)
    (local $block i64) (local $from i64)
    (local.set $from (global.get $at))
    (global.set $at (local.get $end))
    (if (i64.eq (local.get $from) (local.get $end)) (then (return (i64.const 0))))
    (local.set $block (call $alloc (i64.sub (local.get $end) (local.get $from))))
    (loop $each
      (local.set $end (i64.sub (local.get $end) (i64.const 1)))
      (call $store_u8
        (i64.add (local.get $block) (i64.sub (local.get $end) (local.get $from)))
        (call $byte (local.get $end)))
      (br_if $each (i64.gt_u (local.get $end) (local.get $from))))
    (local.get $block))

  ;; The same up to the next line feed, which is passed over.
  (func $line (result i64)
    (local $end i64) (local $block i64)
    (local.set $end (global.get $at))
    (block $found
      (loop $next
        (br_if $found (i32.eq (call $byte (local.get $end)) (i32.const 10)))
        (local.set $end (i64.add (local.get $end) (i64.const 1)))
        (br $next)))
    (local.set $block (call $take (local.get $end)))
    (global.set $at (i64.add (local.get $end) (i64.const 1)))
    (local.get $block))

  (func $answer (param $block i64)
    (call $output_set (local.get $block) (call $length (local.get $block))))

  (func (export "http_request")
    (local $method i64) (local $url i64) (local $headers i64) (local $body i64)
    (global.set $at (i64.const 0))
    (local.set $method (call $line))
    (local.set $url (call $line))
    (local.set $headers (call $line))
    (local.set $body (call $take (call $input_length)))
    (call $answer (call $request
      (local.get $method) (local.get $url) (local.get $headers) (local.get $body)))
    (call $free (local.get $method))
    (call $free (local.get $url))
    (call $free (local.get $headers))
    (call $free (local.get $body)))

  ;; Input: four offsets, taken as they are.
  (func (export "http_request_at") (call $answer (call $request
    (call $load_word (i64.const 0)) (call $load_word (i64.const 8))
    (call $load_word (i64.const 16)) (call $load_word (i64.const 24))))))

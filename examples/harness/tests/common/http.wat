;; A plugin that hands its export straight on to `http_request`, and answers what the host answered. Its input
;; is three little-endian u64 words, the lengths of the method, the URL and the headers; then these, then the
;; body. What is empty is passed as 0.
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

  ;; A block with so many more of the input's bytes; 0 for none.
  (func $next (param $count i64) (result i64)
    (local $block i64) (local $i i64)
    (if (i64.eqz (local.get $count)) (then (return (i64.const 0))))
    (local.set $block (call $alloc (local.get $count)))
    (loop $each
      (call $store_u8
        (i64.add (local.get $block) (local.get $i))
        (call $byte (i64.add (global.get $at) (local.get $i))))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $each (i64.lt_u (local.get $i) (local.get $count))))
    (global.set $at (i64.add (global.get $at) (local.get $count)))
    (local.get $block))

  (func $answer (param $block i64)
    (call $output_set (local.get $block) (call $length (local.get $block))))

  (func (export "http_request")
    (local $method i64) (local $url i64) (local $headers i64) (local $body i64)
    (global.set $at (i64.const 24))
    (local.set $method (call $next (call $load_word (i64.const 0))))
    (local.set $url (call $next (call $load_word (i64.const 8))))
    (local.set $headers (call $next (call $load_word (i64.const 16))))
    (local.set $body (call $next (i64.sub (call $input_length) (global.get $at))))
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

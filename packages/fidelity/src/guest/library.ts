/** Where things lie in a guest's memory. */
export const OUT = 0;
export const LINE = 1024;
export const DATA = 32 * 1024;
/** What an out-slot holds before a call, so that one left alone is told from one that was written. */
export const UNTOUCHED = 0x5a5a5a5a;

/** Logging of numbers and bytes, and an allocator that forgets everything before each host call. */
export const LIBRARY = `
  (global $top (mut i32) (i32.const 0))
  (global $end (mut i32) (i32.const ${LINE}))
  (global $last (mut i32) (i32.const 0))
  (global $stream (mut i32) (i32.const 0))
  (func $byte (param $value i32)
    (if (i32.ge_u (global.get $end) (i32.const ${DATA - 64})) (then (return)))
    (i32.store8 (global.get $end) (local.get $value))
    (global.set $end (i32.add (global.get $end) (i32.const 1))))
  (func $text (param $at i32) (param $size i32)
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $size)))
      (call $byte (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $size (i32.sub (local.get $size) (i32.const 1)))
      (br $next))))
  (func $number (param $value i64)
    (local $rest i64)
    (if (i64.lt_s (local.get $value) (i64.const 0)) (then
      (call $byte (i32.const 45))
      (local.set $value (i64.sub (i64.const 0) (local.get $value)))))
    (local.set $rest (i64.div_u (local.get $value) (i64.const 10)))
    (if (i64.ne (local.get $rest) (i64.const 0)) (then (call $number (local.get $rest))))
    (call $byte (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $value) (i64.const 10))))))
  (func $digit (param $value i32)
    (call $byte (i32.add (local.get $value)
      (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $value) (i32.const 10))))))
  (func $bytes (param $at i32) (param $size i32)
    (local $limit i32) (local $c i32)
    (local.set $limit (select (local.get $size) (i32.const 3000) (i32.lt_u (local.get $size) (i32.const 3000))))
    (call $byte (i32.const 34))
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $limit)))
      (local.set $c (i32.load8_u (local.get $at)))
      (if (i32.and (i32.and (i32.ge_u (local.get $c) (i32.const 32)) (i32.lt_u (local.get $c) (i32.const 127)))
                   (i32.and (i32.ne (local.get $c) (i32.const 34)) (i32.ne (local.get $c) (i32.const 92))))
        (then (call $byte (local.get $c)))
        (else
          (call $byte (i32.const 92))
          (call $digit (i32.shr_u (local.get $c) (i32.const 4)))
          (call $digit (i32.and (local.get $c) (i32.const 15)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $limit (i32.sub (local.get $limit) (i32.const 1)))
      (br $next)))
    (call $byte (i32.const 34))
    (if (i32.gt_u (local.get $size) (i32.const 3000)) (then
      (call $byte (i32.const 43)) (call $number (i64.extend_i32_u (local.get $size))))))
  (func $given (param $slot i32) (param $isOpaque i32)
    (call $byte (i32.const 32))
    (if (i32.eq (i32.load offset=4 (local.get $slot)) (i32.const ${UNTOUCHED}))
      (then (call $byte (i32.const 126)))
      (else
        (if (i32.and (i32.eqz (i32.load offset=4 (local.get $slot))) (i32.ne (i32.load (local.get $slot)) (i32.const 0)))
          (then (call $byte (i32.const 33))))
        (if (local.get $isOpaque)
          (then (call $byte (i32.const 35)) (call $number (i64.extend_i32_u (i32.load offset=4 (local.get $slot)))))
          (else (call $bytes (i32.load (local.get $slot)) (i32.load offset=4 (local.get $slot))))))))
  (func $out (param $slot i32) (param $isOpaque i32)
    (call $byte (i32.const 32))
    (if (i32.eq (i32.load (local.get $slot)) (i32.const ${UNTOUCHED}))
      (then (call $byte (i32.const 126)))
      (else
        (global.set $last (i32.load (local.get $slot)))
        (if (local.get $isOpaque)
          (then (call $byte (i32.const 35)))
          (else (call $number (i64.extend_i32_u (i32.load (local.get $slot)))))))))
  (func $out64 (param $slot i32) (param $isOpaque i32)
    (call $byte (i32.const 32))
    (if (i32.eq (i32.load offset=4 (local.get $slot)) (i32.const ${UNTOUCHED}))
      (then (call $byte (i32.const 126)))
      (else (if (local.get $isOpaque)
        (then (call $byte (i32.const 35)))
        (else (call $number (i64.load (local.get $slot))))))))
  (func $flush
    (drop (call $proxy_log (i32.const 2) (i32.const ${LINE}) (i32.sub (global.get $end) (i32.const ${LINE}))))
    (global.set $end (i32.const ${LINE})))
  (func $clear
    (memory.fill (i32.const ${OUT}) (i32.const ${UNTOUCHED & 0xff}) (i32.const 64))
    (global.set $top (global.get $heap)))
  (func $allocate (param $size i32) (result i32)
    (local $at i32) (local $missing i32)
    (local.set $at (global.get $top))
    (global.set $top (i32.add (local.get $at) (i32.and (i32.add (local.get $size) (i32.const 15)) (i32.const -16))))
    (local.set $missing (i32.sub (global.get $top) (i32.shl (memory.size) (i32.const 16))))
    (if (i32.gt_s (local.get $missing) (i32.const 0)) (then
      (if (i32.eq (memory.grow (i32.add (i32.shr_u (local.get $missing) (i32.const 16)) (i32.const 1))) (i32.const -1))
        (then (return (i32.const 0))))))
    (local.get $at))
`;

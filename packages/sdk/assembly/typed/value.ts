import { decimalAt } from "../json/decimal";
import { Kind, firstIn, kindAt, nextIn, takeText } from "../json/scan";
import { readObject } from "./object";
import { fail, failed, within } from "./problem";
import { failWhole, wholeAt } from "./whole";

/** The value at `p` as a T; after a failure anything, null too where T has none. */
export function valueAt<T>(p: usize): T {
  const kind = kindAt(p);
  if (isNullable<T>()) {
    if (kind == Kind.Null) return changetype<T>(0);
  }
  if (isBoolean<T>()) {
    if (kind != Kind.Boolean) fail("must be true or false");
    return <T>(load<u8>(p) == 116);
  } else if (isInteger<T>()) {
    if (kind == Kind.Number) return wholeAt<T>(p);
    failWhole<T>();
    return <T>0;
  } else if (isFloat<T>()) {
    const value = kind == Kind.Number ? <T>decimalAt(p) : <T>NaN;
    if (!isFinite(value)) fail(kind == Kind.Number ? "is too large a number" : "must be a number");
    return value;
  } else if (isString<T>()) {
    if (kind == Kind.String) return changetype<T>(takeText(p));
    fail("must be a string");
    return changetype<T>(0);
  } else if (isArray<T>()) {
    if (kind == Kind.Array) return changetype<T>(listAt<nonnull<T>>(p));
    fail("must be a list");
    return changetype<T>(0);
  } else {
    if (kind == Kind.Object) return changetype<T>(readObject<nonnull<T>>(p));
    fail("must be an object");
    return changetype<T>(0);
  }
}
function listAt<T>(p: usize): T {
  const list = instantiate<T>();
  let index = 0;
  for (let item = firstIn(p); item; item = nextIn(item)) {
    const value = valueAt<valueof<T>>(item);
    if (failed) {
      within("[" + index.toString() + "]");
      break;
    }
    list.push(value);
    index++;
  }
  return list;
}

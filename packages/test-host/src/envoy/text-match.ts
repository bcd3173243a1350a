import type { TextTest, ValueCondition } from "../gateway/route-config.ts";
import { regexProblem } from "../stream/routing/regex.ts";
import type { Message } from "./message.ts";
import type { Value } from "./value.ts";

/** `type.matcher.v3.RegexMatcher`: RE2, as far as JavaScript reads it the same way. */
export function readRegex(message: Message): string | undefined {
  const value = message.required("regex");
  const regex = value?.string();
  if (regex === undefined) return undefined;
  const problem = regexProblem(regex);
  return problem === undefined
    ? regex
    : value!.problem(`this pattern cannot be matched as Envoy does: ${problem}`);
}

/** `config.route.v3.HeaderMatcher`. */
export function readHeaderMatcher(value: Value): ValueCondition | undefined {
  return value.message("HeaderMatcher", (message) => {
    const name = message.required("name")?.string();
    const invert = message.optional("invert_match")?.boolean();
    const missingIsEmpty = message.optional("treat_missing_header_as_empty")?.boolean();
    const [kind, given] = message.oneOf(["string_match", "present_match", "range_match"], true) ?? [];
    let test: ValueCondition["test"] | undefined = { present: true };
    if (kind === "string_match") test = given!.message("StringMatcher", readText);
    if (kind === "present_match") test = { present: given!.boolean() ?? true };
    if (kind === "range_match") test = given!.message("Int64Range", readRange);
    if (name === undefined || test === undefined) return undefined;
    return {
      name: name.toLowerCase(),
      test,
      ...(invert === true && { invert }),
      ...(missingIsEmpty === true && { missingIsEmpty }),
    };
  });
}

/** `config.route.v3.QueryParameterMatcher`. */
export function readQueryMatcher(value: Value): ValueCondition | undefined {
  return value.message("QueryParameterMatcher", (message) => {
    const name = message.required("name")?.string();
    const [kind, given] = message.oneOf(["string_match", "present_match"], true) ?? [];
    let test: ValueCondition["test"] | undefined = { present: true };
    if (kind === "string_match") test = given!.message("StringMatcher", readText);
    if (kind === "present_match") given!.boolean();
    return name === undefined || test === undefined ? undefined : { name, test };
  });
}

function readText(message: Message): TextTest | undefined {
  const ignoreCase = message.optional("ignore_case")?.boolean() === true;
  const [kind, value] = message.oneOf(["exact", "prefix", "suffix", "contains", "safe_regex"]) ?? [];
  if (kind === "safe_regex") {
    const regex = value!.message("RegexMatcher", readRegex);
    return regex === undefined ? undefined : { regex };
  }
  const text = value?.string();
  return kind === undefined || text === undefined
    ? undefined
    : ({ [kind]: text, ...(ignoreCase && { ignoreCase }) } as unknown as TextTest);
}

function readRange(message: Message): { from: number; below: number } | undefined {
  const from = message.optional("start")?.integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) ?? 0;
  const below = message.optional("end")?.integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return below === undefined ? undefined : { from, below };
}

import type { HeaderMap } from "../header-map.ts";
import { wholeMatcher } from "./regex.ts";
import type { RouteConfig, TextTest, ValueCondition } from "../../gateway/route-config.ts";

export type RouteMatcher = (path: string, headers: HeaderMap) => boolean;

/** A route's conditions, ready to be asked. Source: Envoy, source/common/router/config_impl.cc. */
export function compileMatch(match: RouteConfig["match"]): RouteMatcher {
  const path = pathMatcher(match);
  const headers = (match.headers ?? []).map(headerMatcher);
  const query = (match.query ?? []).map(queryMatcher);
  return (text, map) =>
    path(text) &&
    headers.every((matches) => matches(map)) &&
    query.every((matches) => matches(parameters(text)));
}

/** What a path match takes of the path: a prefix rewrite replaces it. */
export function matchedLength(match: RouteConfig["match"], path: string): number {
  if ("prefix" in match) return match.prefix.length;
  if ("separatedPrefix" in match) return match.separatedPrefix.length;
  return withoutQuery(path).length;
}

export function withoutQuery(path: string): string {
  return path.split(/[?#]/, 1)[0] ?? "";
}

function pathMatcher(match: RouteConfig["match"]): (path: string) => boolean {
  if ("regex" in match) {
    const matches = wholeMatcher(match.regex);
    return (path) => matches(withoutQuery(path));
  }
  const fold = match.ignoreCase === true ? (text: string) => text.toLowerCase() : (text: string) => text;
  if ("prefix" in match) {
    const prefix = fold(match.prefix);
    return (path) => fold(path).startsWith(prefix);
  }
  if ("path" in match) {
    const wanted = fold(match.path);
    return (path) => fold(withoutQuery(path)) === wanted;
  }
  const above = fold(match.separatedPrefix);
  return (path) => {
    const text = fold(withoutQuery(path));
    return text.startsWith(above) && (text.length === above.length || text[above.length] === "/");
  };
}

function headerMatcher(condition: ValueCondition): (headers: HeaderMap) => boolean {
  const { test } = condition;
  const text = "present" in test || "from" in test ? undefined : textTester(test);
  return (headers) => {
    const values = headers.getAll(condition.name);
    const isMissing = values.length === 0 && condition.missingIsEmpty !== true;
    if ("present" in test) return values.length > 0 === (test.present !== (condition.invert === true));
    if (isMissing) return false;
    const result = (values.length === 0 ? [""] : values).some((value) =>
      "from" in test ? inRange(value, test) : text!(value),
    );
    return result !== (condition.invert === true);
  };
}

function queryMatcher({ name, test }: ValueCondition): (query: URLSearchParams) => boolean {
  const text = "present" in test || "from" in test ? undefined : textTester(test);
  return (query) => {
    const value = query.get(name);
    return text === undefined ? value !== null : value !== null && text(value);
  };
}

function parameters(path: string): URLSearchParams {
  const mark = path.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : path.slice(mark + 1));
}

function inRange(value: string, { from, below }: { from: number; below: number }): boolean {
  return /^[+-]?\d+$/.test(value) && Number(value) >= from && Number(value) < below;
}

function textTester(test: TextTest): (value: string) => boolean {
  if ("regex" in test) return wholeMatcher(test.regex);
  const fold = test.ignoreCase === true ? (text: string) => text.toLowerCase() : (text: string) => text;
  if ("exact" in test) return (value) => fold(value) === fold(test.exact);
  if ("prefix" in test) return (value) => fold(value).startsWith(fold(test.prefix));
  if ("suffix" in test) return (value) => fold(value).endsWith(fold(test.suffix));
  return (value) => fold(value).includes(fold(test.contains));
}

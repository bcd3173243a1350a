/** What a virtual host and a route do besides choosing where a request goes. */
export interface RouteEdits {
  /** In this order; a virtual host's come behind those of its route. */
  requestHeaders: HeaderEdits[];
  responseHeaders: HeaderEdits[];
  /** Names of HTTP filters that are left out. */
  disabledFilters: Record<string, true>;
}

export interface RouteConfig extends Partial<RouteEdits> {
  /** Empty when the configuration gives none. */
  name: string;
  match: PathMatch & RouteConditions;
  action: RouteAction;
  /** Milliseconds until 504; 0 is none. Envoy's default is 15,000. */
  timeoutMs: number;
  /** Milliseconds without a byte in either direction; 0 is none. Default: the connection manager's. */
  idleTimeoutMs?: number;
  /** Milliseconds for the whole stream; 0 is none. Default: the connection manager's. */
  maxStreamDurationMs?: number;
}

export type PathMatch =
  | { prefix: string }
  | { path: string }
  /** Of the whole path, without query. */
  | { regex: string }
  /** The path itself, or what is below it. */
  | { separatedPrefix: string };

export interface RouteConditions {
  /** Default false. Regular expressions always look at case. */
  ignoreCase?: boolean;
  /** All of them. */
  headers?: ValueCondition[];
  query?: ValueCondition[];
}

/** A condition on a header, or on a parameter of the query. */
export interface ValueCondition {
  name: string;
  test: TextTest | { present: boolean } | { from: number; below: number };
  invert?: boolean;
  /** An absent header counts as an empty one. */
  missingIsEmpty?: boolean;
}

export type TextTest = { ignoreCase?: boolean } & (
  { exact: string } | { prefix: string } | { suffix: string } | { contains: string } | { regex: string }
);

export type RouteAction = ForwardAction | DirectAction | RedirectAction;

export interface ForwardAction {
  cluster: string;
  path?: PathRewrite;
  host?: { literal: string } | { header: string };
  /** The host before it was rewritten goes to x-forwarded-host. */
  appendForwardedHost?: boolean;
}

export interface DirectAction {
  status: number;
  body: string;
}

export interface RedirectAction {
  redirect: {
    status: number;
    scheme?: string;
    host?: string;
    port?: number;
    path?: { whole: string } | PathRewrite;
    stripQuery?: boolean;
  };
}

/** `prefix` takes the place of what the route matched. */
export type PathRewrite = { prefix: string } | { regex: string; substitution: string };

export interface HeaderEdits {
  remove: string[];
  add: HeaderAddition[];
}

export interface HeaderAddition {
  name: string;
  /** May hold `%OPERATORS%` of access logs. */
  value: string;
  action: "append" | "add-if-absent" | "overwrite-or-add" | "overwrite";
  /** Whether an empty value makes a header. */
  keepEmpty: boolean;
}

import { encodeText } from "../abi/text";
import { getPropertyText, setPropertyText } from "../host/properties";
import { Json } from "../json/json";
import { escape, quote } from "../json/quote";

/**
 * Values for the gateway's access log. `write` merges them into a property that holds a JSON object, escaped so that
 * `"custom_log":"%FILTER_STATE(wasm.custom_log:PLAIN)%"` keeps the log line valid JSON. Several plugins of a request may write; the last value of a name
 * counts. Source: Higress, wasm-go `WriteUserAttributeToLogWithKey`.
 */
export class LogFields {
  private names: string[] = [];
  /** JSON. */
  private values: string[] = [];

  /** A text; escaped, so that the log line stays valid JSON. The last of a name counts. */
  set(name: string, value: string): this {
    return this.put(name, quote(value));
  }
  /** A number. */
  setNumber(name: string, value: i64): this {
    return this.put(name, value.toString());
  }
  /** True or false. */
  setBool(name: string, value: bool): this {
    return this.put(name, value ? "true" : "false");
  }
  /** A value with parts of its own. */
  setJson(name: string, value: Json): this {
    return this.put(name, value.toString());
  }
  /** In any handler of a request, also in onLog. `property`: `custom_log`, or `ai_log` for AI gateways. False: there is no request, or the property holds something else, which stays. */
  write(property: string = "custom_log"): bool {
    const members: string[] = [];
    const present = getPropertyText(encodeText(property));
    if (present != null && present.length) {
      const json = Json.parseText('"' + present + '"');
      const inner = json ? json.string("") : null;
      const object = inner != null ? Json.parseText(inner) : null;
      if (!object || !object.isObject("")) return false;
      const names = object.keys("");
      for (let i = 0; i < names.length; i++) {
        if (this.names.includes(names[i])) continue;
        const value = object.member("", names[i]);
        if (value) members.push(quote(names[i]) + ":" + value.toString());
      }
    }
    for (let i = 0; i < this.names.length; i++) members.push(quote(this.names[i]) + ":" + this.values[i]);
    return setPropertyText(property, escape("{" + members.join(",") + "}")) == 0;
  }
  private put(name: string, json: string): this {
    const at = this.names.indexOf(name);
    if (at < 0) {
      this.names.push(name);
      this.values.push(json);
    } else this.values[at] = json;
    return this;
  }
}

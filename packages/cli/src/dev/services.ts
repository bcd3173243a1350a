/** A service that a plugin's configuration names by `serviceName` and `servicePort`. */
export interface NamedService {
  name: string;
  /** 0 when the configuration gives none. */
  port: number;
}

/** Every service named anywhere in a configuration; none when it is not JSON. */
export function servicesIn(configuration: string): NamedService[] {
  try {
    return collect(JSON.parse(configuration));
  } catch {
    return [];
  }
}

function collect(value: unknown): NamedService[] {
  if (value === null || typeof value !== "object") return [];
  const { serviceName, servicePort } = value as Record<string, unknown>;
  const here =
    typeof serviceName === "string" ? [{ name: serviceName, port: Number(servicePort ?? 0) || 0 }] : [];
  return [...here, ...Object.values(value).flatMap(collect)];
}

/** The cluster's name on Higress: `outbound|<port>||<service>`; a `.static` service's port is 80 unless given. */
export function clusterName({ name, port }: NamedService, defaultPort: number): string {
  return `outbound|${port || (name.endsWith(".static") ? 80 : defaultPort)}||${name}`;
}

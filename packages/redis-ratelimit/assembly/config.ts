import { ConfigReader, RedisClient } from "@gateway-plugins/sdk";

export class Config {
  redis: RedisClient = RedisClient.NONE;
  qpm: i32 = 0;

  /** One counter for each route and minute; the prefix keeps clear of the database's other users. */
  key(route: string, window: u32): string {
    return "redis-ratelimit:" + route + ":" + window.toString();
  }

  read(json: ConfigReader): void {
    this.redis = json.redisService();
    this.qpm = json.requireInteger("qpm", { min: 1 });
  }
}

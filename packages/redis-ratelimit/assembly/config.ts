import { ConfigReader, RedisClient } from "@gateway-plugins/sdk";

export class Config {
  redis: RedisClient = RedisClient.NONE;
  qpm: i32 = 0;

  read(json: ConfigReader): void {
    this.redis = json.redisService();
    this.qpm = json.requireInteger("qpm", { min: 1 });
  }
}

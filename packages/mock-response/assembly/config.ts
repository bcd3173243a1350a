import { ConfigReader } from "@gateway-plugins/sdk";

export class Config {
  mockEnable: bool = false;

  read(json: ConfigReader): void {
    this.mockEnable = json.bool("mockEnable");
  }
}

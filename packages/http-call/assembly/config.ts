import { ConfigReader, HttpClient } from "@gateway-plugins/sdk";

export class Config {
  service: HttpClient = HttpClient.NONE;
  requestPath: string = "";
  tokenHeader: string = "";
  timeout: i32 = 500;

  read(json: ConfigReader): void {
    this.tokenHeader = json.requireString("tokenHeader");
    this.requestPath = json.requireString("requestPath");
    this.service = json.httpService();
    this.timeout = json.integer("timeout", 500, { min: 1 });
  }
}

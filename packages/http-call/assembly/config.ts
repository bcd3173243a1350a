import { ConfigReader, HttpClient } from "@gateway-plugins/sdk";

export class Config {
  service: HttpClient = HttpClient.NONE;
  requestPath: string = "";
  tokenHeader: string = "";

  read(json: ConfigReader): void {
    this.tokenHeader = json.requireHeaderName("tokenHeader");
    this.requestPath = json.requireString("requestPath");
    this.service = json.httpService();
    this.service.timeout = json.integer("timeout", 500, { min: 1 });
  }
}

// Jest runs tests as CommonJS and cannot load puppeteer-core there, which is an ES module: it is loaded
// out here, where Node does it, and handed in.
import { TestEnvironment } from "jest-environment-node";
import puppeteer from "puppeteer-core";

export default class BrowserEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.puppeteer = puppeteer;
  }
}

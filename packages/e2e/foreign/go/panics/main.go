// Panics while it reads its configuration, where the SDK does not recover: what a trap of a Go plugin looks like.
package main

import (
	"github.com/higress-group/proxy-wasm-go-sdk/proxywasm/types"
	logs "github.com/higress-group/wasm-go/pkg/log"
	"github.com/higress-group/wasm-go/pkg/wrapper"
	"github.com/tidwall/gjson"
)

func main() {}
func init() {
	wrapper.SetCtx("panics", wrapper.ParseConfigBy(parseConfig), wrapper.ProcessRequestHeadersBy(onHttpRequestHeaders))
}

type config struct{}

func parseConfig(json gjson.Result, config *config, log logs.Log) error {
	return indexOutOfRange(json.Get("numbers").Array())
}

//go:noinline
func indexOutOfRange(numbers []gjson.Result) error {
	_ = numbers[len(numbers)+1].Int()
	return nil
}

func onHttpRequestHeaders(ctx wrapper.HttpContext, config config, log logs.Log) types.Action {
	return types.HeaderContinue
}

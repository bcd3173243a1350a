package main

import (
	"testing"

	"github.com/higress-group/proxy-wasm-go-sdk/proxywasm/types"
	"github.com/higress-group/wasm-go/pkg/test"
)

var config = []byte(`{"tokenHeader":"x-token","requestPath":"/auth","serviceName":"auth.dns","servicePort":80}`)

// The same as the test of bench/kit: held for the service's answer, which puts a token on the request.
func putsTheToken(t *testing.T) {
	host, status := test.NewTestHost(config)
	defer host.Reset()
	if status != types.OnPluginStartStatusOK {
		t.Fatal("the plugin does not start")
	}
	action := host.CallOnHttpRequestHeaders([][2]string{
		{":method", "GET"}, {":path", "/orders"}, {":authority", "localhost"},
	})
	if action != types.HeaderStopAllIterationAndWatermark {
		t.Fatal("the request is not held")
	}
	host.CallOnHttpCall([][2]string{{":status", "200"}, {"x-token", "from-service"}}, []byte{})
	if !test.HasHeaderWithValue(host.GetRequestHeaders(), "x-token", "from-service") {
		t.Fatal("no token")
	}
	host.CompleteHttp()
}

func TestGo(t *testing.T)   { test.RunGoTest(t, putsTheToken) }
func TestWasm(t *testing.T) { test.RunWasmTest(t, putsTheToken) }

using System.Net;
using Integration.Lab;

namespace Integration.Decisions;

/// <summary>nginx with the shipped sample asks the real daemon.</summary>
public sealed class NginxGatewayTests
{
    [Fact]
    public async Task RequestsPassUntilTheLimitAndThe429ComesThroughWithItsHeaders()
    {
        using LoopbackDaemon daemon = Asked.Start();
        using var gateway = new Gateway(daemon.Admin);
        using (HttpResponseMessage allowed = gateway.Get("/limited/a?x=1"))
        {
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
            Assert.Equal("served", await allowed.Content.ReadAsStringAsync());
            Assert.Equal("1", Assert.Single(allowed.Headers.GetValues("RateLimit-Remaining")));
            Assert.False(allowed.Headers.Contains("Retry-After"));
        }

        Assert.Equal(HttpStatusCode.OK, gateway.Status("/x/../limited//b"));
        using HttpResponseMessage refused = gateway.Get("/%6cimited/c");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1000, 1500);
        Assert.Equal("token_bucket_exceeded", Assert.Single(refused.Headers.GetValues("X-Appliance-Reason")));
        Assert.StartsWith("\"default\";r=0;t=", Assert.Single(refused.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        Assert.Equal("\"default\";q=2;w=2000", Assert.Single(refused.Headers.GetValues("RateLimit-Policy")));
        Assert.Equal("2", Assert.Single(refused.Headers.GetValues("RateLimit-Limit")));
        Assert.Equal("0", Assert.Single(refused.Headers.GetValues("RateLimit-Remaining")));
        Assert.True(refused.Headers.Contains("RateLimit-Reset"));
        Assert.Equal(HttpStatusCode.OK, gateway.Status("/free"));
        Assert.Contains("appliance_requests_rejected_total{reason=\"token_bucket_exceeded\",policy=\"limited\",rule=\"two\"} 1", daemon.Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAClientSaysOfItselfIsNotPassedOn()
    {
        using LoopbackDaemon daemon = Asked.Start();
        using var gateway = new Gateway(daemon.Admin);
        (string, string)[] lies = [("X-Original-URI", "/free"), ("X-Forwarded-Uri", "/free"), ("X-Forwarded-For", "192.0.2.77"), ("X-Original-Method", "PUT")];
        Assert.Equal(HttpStatusCode.OK, gateway.Status("/limited", lies));
        Assert.Equal(HttpStatusCode.OK, gateway.Status("/limited", [("X-Forwarded-For", "192.0.2.78"), .. lies]));
        Assert.Equal(HttpStatusCode.TooManyRequests, gateway.Status("/limited", lies));
    }

    [Fact]
    public void WithoutTheApplianceAnOpenLocationGoesOnAndAClosedOneDoesNot()
    {
        int port = LoopbackDaemon.FreePort();
        using var gateway = new Gateway(port);
        using (Asked.Start($"listeners: [{{ name: ask, address: 127.0.0.1:{port}, protocol: decision, trusted_proxies: [127.0.0.0/8] }}]\n"))
        {
            Assert.Equal(HttpStatusCode.OK, gateway.Status("/free"));
            Assert.Equal(HttpStatusCode.OK, gateway.Status("/pay/1"));
            Assert.Equal(HttpStatusCode.OK, gateway.Status("/pay/2"));
            Assert.Equal(HttpStatusCode.TooManyRequests, gateway.Status("/pay/3"));
        }

        Assert.Equal(HttpStatusCode.OK, gateway.Status("/free"));
        Assert.Equal(HttpStatusCode.OK, gateway.Status("/limited"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, gateway.Status("/pay/4"));
    }
}

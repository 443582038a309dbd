using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;

namespace Proxy.Tests.Layer7;

public sealed class TextTemplateTests
{
    [Theory]
    [InlineData("https://$host$target", "/a?b", "https://h.example/a?b")]
    [InlineData("https://$host:8443$target", "/", "https://h.example:8443/")]
    [InlineData("/new", "/a", "/new")]
    [InlineData("$target", "/a/b", "/a/b")]
    [InlineData("https://other.example$target", "//evil", "https://other.example//evil")]
    [InlineData("https://$hostname/$", "/a", "https://$hostname/$")]
    [InlineData("https://a$server$target$", "/a", "https://a$server/a$")]
    [InlineData("https://$host$target", "*", "https://h.example/")]
    public void VariablesArePutIn(string location, string target, string expected) => Assert.Equal(expected, Write(location, target));

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("///evil.example/x")]
    [InlineData("/\\evil.example/x")]
    [InlineData("/\\/evil.example/x")]
    public void ATargetAtTheBeginningCannotBecomeAnotherHost(string target) => Assert.Equal("/evil.example/x", Write("$target", target));

    [Fact]
    public void WhatAnOperatorWritesCannotEndTheLine() => Assert.Equal("/a%0D%0AX:%20%C3%BC/t", Write("/a\r\nX: ü$target", "/t"));

    [Theory]
    [InlineData(443, "GET", 301, "https://h.example/a?b")]
    [InlineData(443, "HEAD", 301, "https://h.example/a?b")]
    [InlineData(8443, "POST", 308, "https://h.example:8443/a?b")]
    public void TheRedirectToHttpsKeepsTheMethod(int port, string method, int status, string location)
    {
        RedirectAction redirect = RedirectAction.ToHttps(port);
        Assert.Equal((status, location), (redirect.Status(Encoding.ASCII.GetBytes(method)), Write(redirect.Location, "/a?b")));
    }

    [Fact]
    public void AnOperatorsStatusStands() =>
        Assert.Equal(303, new RedirectAction(new RedirectSettings(303, "/x")).Status("POST"u8));

    private static string Write(string location, string target) =>
        Write(TextTemplate.Parse(location, TemplateVariable.Host | TemplateVariable.Target), target);

    private static string Write(TextTemplate template, string target)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(target);
        byte[] room = new byte[template.MaxLength("h.example".Length, bytes.Length, 0)];
        var text = new HeadWriter(room);
        template.Write(ref text, "h.example"u8, bytes, default);
        return Encoding.ASCII.GetString(room, 0, text.Length);
    }
}

using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Proxy.Tests.Support;

namespace Proxy.Tests.Layer7;

public sealed class HeaderEditsTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-two: 2\r\nX-Three: 3\r\nX_One: 4\r\n\r\n";

    [Fact]
    public void NothingToDoIsNothing() => Assert.Null(HeaderEdits.Merge(new HeaderEditSettings(), new HeaderEditSettings()));

    [Fact]
    public void WhatIsRemovedIsGoneInEverySpelling()
    {
        HttpText seen = Sent(new HeaderEditSettings { Remove = ["x-ONE", "X-Two", "X-Absent"] });
        Assert.False(seen.Has("X-One") || seen.Has("X_One") || seen.Has("X-Two"));
        Assert.Equal("3", seen["X-Three"]);
    }

    [Fact]
    public void WhatIsSetReplacesAllOfItsName()
    {
        HttpText seen = Sent(new HeaderEditSettings { Set = [new("X-One", "new"), new("X-Four", "4; a=\"b\"")] });
        Assert.Equal(["new"], seen.All("X-One"));
        Assert.Equal(("2", "4; a=\"b\""), (seen["X-Two"], seen["X-Four"]));
        Assert.False(seen.Has("X_One"));
    }

    [Fact]
    public void TheSameNameSetAndRemovedIsSetBecauseRemovalsComeFirst()
    {
        HttpText seen = Sent(new HeaderEditSettings { Set = [new("X-One", "a"), new("X-One", "b")], Remove = ["X-One"] });
        Assert.Equal(["b"], seen.All("X-One"));
    }

    [Fact]
    public void TheRoutesEditsOfARequestFollowTheListeners()
    {
        var http = new HttpSettings { RequestHeaders = new HeaderEditSettings { Set = [new("X-A", "listener"), new("X-B", "listener"), new("X-C", "listener")] } };
        var route = new RouteSettings { RequestHeaders = new HeaderEditSettings { Remove = ["x-b"], Set = [new("x_c", "route")] } };
        var seen = new HttpText(Heads.Upstream(Request, route, http));
        Assert.Equal(("listener", null, null, "route"), (seen["X-A"], seen["X-B"], seen["X-C"], seen["x_c"]));
    }

    [Fact]
    public void TheListenersEditsOfAResponseFollowTheRoutes()
    {
        var http = new HttpSettings { ResponseHeaders = new HeaderEditSettings { Set = [new("X-A", "listener")] } };
        var route = new RouteSettings { ResponseHeaders = new HeaderEditSettings { Set = [new("X-A", "route"), new("X-B", "route")] } };
        HeaderEdits edits = Route.Compile(route, http, pool: null).ResponseEdits!;
        Assert.Equal("X-B: route\r\nX-A: listener\r\n", System.Text.Encoding.ASCII.GetString(edits.Lines));
    }

    [Fact]
    public void OurOwnFieldsAreEditedToo()
    {
        HttpText seen = Sent(new HeaderEditSettings { Set = [new("X-Forwarded-Proto", "https")], Remove = ["X-Forwarded-For", "X-Forwarded-Host", "X-Request-Id"] });
        Assert.Equal(["https"], seen.All("X-Forwarded-Proto"));
        Assert.False(seen.Has("X-Forwarded-For") || seen.Has("X-Forwarded-Host") || seen.Has("X-Request-Id"));
    }

    [Fact]
    public void HostCanBeSetButNotTakenAway()
    {
        Assert.Equal(["a"], Sent(new HeaderEditSettings { Remove = ["Host"] }).All("Host"));
        Assert.Equal(["b"], Sent(new HeaderEditSettings { Set = [new("host", "b")] }).All("Host"));
    }

    [Fact]
    public void TheEditedHeadEndsOnce()
    {
        string text = Heads.Upstream(Request, new RouteSettings { RequestHeaders = new HeaderEditSettings { Set = [new("X-Z", "z")] } });
        Assert.EndsWith("\r\nX-Z: z\r\n\r\n", text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 4, text.IndexOf("\r\n\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Content-Length")]
    [InlineData("content_length")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Connection")]
    [InlineData("Keep-Alive")]
    [InlineData("Proxy-Connection")]
    [InlineData("TE")]
    [InlineData("Trailer")]
    [InlineData("Upgrade")]
    [InlineData("Expect")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:")]
    [InlineData("a\r\nb")]
    [InlineData("ä")]
    public void WhatFramesAMessageOrIsNoNameCannotBeEdited(string name)
    {
        Assert.False(HeaderEdits.CanBeNamed(name));
        Assert.Throws<ArgumentException>(() => HeaderEdits.Merge(new HeaderEditSettings { Remove = [name] }, new HeaderEditSettings()));
    }

    [Theory]
    [InlineData("a\r\nX: b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void AValueIsOneLine(string value) => Assert.Throws<ArgumentException>(
        () => HeaderEdits.Merge(new HeaderEditSettings { Set = [new("X", value)] }, new HeaderEditSettings()));

    [Fact]
    public void NamesThatLookAlikeAreToldApart()
    {
        HeaderEdits edits = HeaderEdits.Merge(new HeaderEditSettings { Remove = ["X-Abc-Z", "X-Bcd-Z", "X-Cde-Z"] }, new HeaderEditSettings())!;
        Assert.True(edits.Touches("x-CDE-z"u8) && edits.Touches("X_bcd_Z"u8));
        Assert.False(edits.Touches("X-Def-Z"u8) || edits.Touches("X-Abc-Y"u8) || edits.Touches("X-Abc-ZZ"u8));
    }

    private static HttpText Sent(HeaderEditSettings edits) => new(Heads.Upstream(Request, new RouteSettings { RequestHeaders = edits }));
}

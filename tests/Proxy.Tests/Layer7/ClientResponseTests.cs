using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Proxy.Tests.Support;

namespace Proxy.Tests.Layer7;

public sealed class ClientResponseTests
{
    [Fact]
    public void EditsOfAResponseAreMade()
    {
        var seen = new HttpText(Heads.Client(
            "HTTP/1.1 200 OK\r\nServer: secret\r\nX-A: 1\r\nContent-Length: 3\r\n\r\n",
            new HeaderEditSettings { Remove = ["server"], Set = [new("x-a", "2"), new("Strict-Transport-Security", "max-age=1")] }));
        Assert.Equal((null, "2", "max-age=1", "3"), (seen["Server"], seen["X-A"], seen["Strict-Transport-Security"], seen["Content-Length"]));
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content", false)]
    [InlineData("HTTP/1.1 103 Early Hints", false)]
    [InlineData("HTTP/1.1 304 Not Modified", true)]
    [InlineData("HTTP/1.1 200 OK", true)]
    public void AnAnswerThatCannotHaveABodyAnnouncesNone(string line, bool kept) =>
        Assert.Equal(kept, new HttpText(Heads.Client(line + "\r\nContent-Length: 5\r\n\r\n")).Has("Content-Length"));

    [Theory]
    [InlineData("204 No Content", "Content-Length: 5", false)]
    [InlineData("204 No Content", "Transfer-Encoding: chunked", false)]
    [InlineData("204 No Content", "Content-Length: 0", true)]
    [InlineData("304 Not Modified", "Content-Length: 5", true)]
    public void AConnectionWhoseServerAnnouncesABodyThatCannotBeIsNotKept(string status, string line, bool kept)
    {
        var response = new ResponseHead();
        response.Reset();
        Assert.Equal(HeadProgress.Complete, response.Parse(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{line}\r\n\r\n")));
        Assert.Equal(kept, response.KeepAlive);
    }
}

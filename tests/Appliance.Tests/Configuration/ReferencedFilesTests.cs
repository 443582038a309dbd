using System.Text;
using Appliance.Configuration;
using Appliance.Proxy.Configuration;
using TestSupport;

namespace Appliance.Tests.Configuration;

public sealed class ReferencedFilesTests : IDisposable
{
    private readonly TemporaryFolder _home = new("appliance-test-");

    public void Dispose() => _home.Dispose();

    [Fact]
    public void EveryFileThatIsMissingIsNamed()
    {
        ConfigLoadResult result = Load("""
            listeners:
              - name: a
                address: 192.0.2.1:443
                tls: { certificate_file: a.pem, key_file: a.key, certificates: [{ certificate_file: b.pem, key_file: b.key, ocsp_file: b.ocsp }], client_ca_file: ca.pem }
                error_pages: { 503: page.html }
                routes: [{ upstream: api }]
            upstreams:
              - { name: api, servers: [{ address: 198.51.100.21:80 }], tls: { ca_file: roots.pem, certificate_file: c.pem, key_file: c.key } }
            """);

        Assert.Null(result.Config);
        Assert.False(result.NotPermitted);
        Assert.Equal(
            [
                "listeners[0].tls.certificate_file", "listeners[0].tls.key_file", "listeners[0].tls.certificates[0].certificate_file",
                "listeners[0].tls.certificates[0].key_file", "listeners[0].tls.certificates[0].ocsp_file", "listeners[0].tls.client_ca_file",
                "listeners[0].error_pages.503", "upstreams[0].tls.ca_file", "upstreams[0].tls.certificate_file", "upstreams[0].tls.key_file",
            ],
            result.Errors.Select(e => e.Path));
        Assert.Equal($"\"{At("a.pem")}\": the file does not exist", result.Errors[0].Message);
    }

    [Fact]
    public void WhatIsInKeyFilesIsPartOfTheFingerprintAndWhereTheyLieIsNot()
    {
        string PrintOf(string file, string content)
        {
            File.WriteAllText(At(file), content);
            ApplianceConfig config = Load($"policies: {{ file: p.json, jwt: {{ keys: [{{ algorithm: HS256, file: {file} }}] }} }}").Config!;
            return ConfigFingerprint.Of(config).ToString();
        }

        string one = PrintOf("a.key", "secret-secret-secret");
        Assert.Equal(one, PrintOf("b.key", "secret-secret-secret"));
        Assert.NotEqual(one, PrintOf("a.key", "another-another-another"));
    }

    [Theory]
    [InlineData(null, "the file does not exist")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, "the file is not executable; chmod 0755 it")]
    [InlineData(UnixFileMode.UserExecute | UnixFileMode.OtherWrite, "everybody on this machine may change the file; chmod 0755 it")]
    [InlineData(UnixFileMode.UserExecute | UnixFileMode.UserRead, null)]
    public void WhatTheDaemonIsToRunIsLookedAt(UnixFileMode? mode, string? problem)
    {
        if (mode is { } given)
        {
            File.WriteAllText(At("hook"), "#!/bin/sh\n");
            File.SetUnixFileMode(At("hook"), given);
        }

        foreach ((string key, string path) in ((string, string)[])[("on_transition: hook", "ha.on_transition"), ("bypass: { action: command, command: hook }", "ha.bypass.command")])
        {
            ConfigLoadResult result = Load($"ha:\n  primary: true\n  interface: eth0\n  virtual_router_id: 51\n  virtual_addresses: [192.0.2.100/24]\n  {key}\n");
            if (problem is null) Assert.Empty(result.Errors);
            else Assert.Equal((path, $"\"{At("hook")}\": {problem}"), (Assert.Single(result.Errors).Path, result.Errors[0].Message));
        }
    }

    [Fact]
    public void ErrorPageIsReadWithItsType()
    {
        File.WriteAllText(At("page.html"), "<p>sorry");

        ErrorPage page = Load(Page).Config!.Listeners[0].Http.ErrorPages[503];

        Assert.Equal(("text/html; charset=utf-8", "<p>sorry"), (page.ContentType, Encoding.UTF8.GetString(page.Body.Span)));
    }

    [Fact]
    public void ErrorPageIsBounded()
    {
        File.WriteAllBytes(At("page.html"), new byte[64 * 1024]);
        Assert.NotNull(Load(Page).Config);
        File.WriteAllBytes(At("page.html"), new byte[64 * 1024 + 1]);

        Assert.EndsWith("the file is larger than 64 KiB", Assert.Single(Load(Page).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChangedPageIsAChangeOfTheConfiguration()
    {
        File.WriteAllText(At("page.html"), "one");
        ApplianceConfig before = Load(Page).Config!;
        File.WriteAllText(At("page.html"), "two");
        ApplianceConfig after = Load(Page).Config!;

        Assert.Equal(["files"], ConfigDifference.Between(before, after).Changed.ToArray());
        Assert.Equal(ConfigFingerprint.Of(before).ToString(), ConfigFingerprint.Of(after).ToString());
    }

    [Fact]
    public void FileThatMayNotBeReadIsCountedAsAMatterOfPermission()
    {
        ConfigErrors errors = new("t.yaml");
        ReferencedFiles files = new(errors, (_, _) => (BoundedFile.Outcome.NotPermitted, [], "permission denied"));

        files.Read(Loading.Good(Page));

        Assert.Equal(1, files.NotPermitted);
        Assert.Equal("listeners[0].error_pages.503", Assert.Single(errors.ToSorted()).Path);
    }

    private const string Page = """
        listeners: [{ name: a, address: 192.0.2.1:80, error_pages: { 503: page.html }, routes: [{ upstream: api }] }]
        upstreams: [{ name: api, servers: [{ address: 198.51.100.21:80 }] }]
        """;

    private string At(string name) => _home.PathOf(name);

    private ConfigLoadResult Load(string yaml)
    {
        File.WriteAllText(At("appliance.yaml"), yaml);
        return ConfigLoader.Load(At("appliance.yaml"), _ => null);
    }
}

using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Appliance.Limiter;
using Appliance.Proxy.Layer7;

namespace Appliance.Fixtures;

/// <summary>Makes requests of what a step says and what the fixture's `request` says for all of them; a step wins, header fields are added up.</summary>
internal sealed class RequestTemplate
{
    /// <summary>Members that a step may have as well as the template.</summary>
    public static readonly ImmutableArray<string> Shared = ["method", "host", "headers", "client", "ip", "trusted", "claims"];

    private const string DefaultClient = "192.0.2.1";

    private readonly FixtureFields _defaults;
    private readonly bool _verifiesTokens;

    /// <param name="defaults">`request`; null: there is none.</param>
    /// <param name="fixture">Stands in for it.</param>
    /// <param name="verifiesTokens">Keys are configured: a token made of `claims` would not be believed.</param>
    public RequestTemplate(FixtureFields? defaults, FixtureFields fixture, bool verifiesTokens)
    {
        defaults?.RefuseUnknown(Shared);
        _defaults = defaults ?? new FixtureFields(fixture.Source, new FixtureNode(JsonValueKind.Object, fixture.Table.Offset, fixture.Table.Pointer));
        _verifiesTokens = verifiesTokens;
    }

    /// <summary>The request of a step; what is wrong with it is noted.</summary>
    public FixtureRequest Make(FixtureFields step)
    {
        string target = step.Text("path") ?? "/";
        byte[] written = Encoding.UTF8.GetBytes(target);
        byte[] path = new byte[Math.Max(written.Length, 1)];
        if (!TargetPath.TryNormalize(written, path, out int length)) step.Refuse("path", "must begin with \"/\" and hold no broken percent escape");
        return new FixtureRequest
        {
            Method = Encoding.UTF8.GetBytes(step.Text("method") ?? _defaults.Text("method") ?? "GET"),
            Target = FixtureSource.Shown(target),
            Path = path[..length],
            Query = Query(step, written),
            Host = Host(Pick(step, "host"), "host"),
            Client = Client(step),
            IsTrusted = step.Has("trusted") ? step.Flag("trusted", absent: false) : _defaults.Flag("trusted", absent: false),
            Headers = Headers(step),
            Body = Body(step),
            Tokens = Tokens(step),
        };
    }

    private FixtureFields Pick(FixtureFields step, string name) => step.Has(name) ? step : _defaults;

    private static byte[] Query(FixtureFields step, byte[] target)
    {
        int mark = target.AsSpan().IndexOf((byte)'?');
        byte[] inPath = mark < 0 ? [] : target[(mark + 1)..];
        if (!step.Has("query")) return inPath;
        if (mark >= 0) step.Refuse("query", "the path has a query too: write one of them");
        if (step.Table.Member("query") is { IsString: true } raw) return Encoding.UTF8.GetBytes(raw.Text);
        var pairs = new List<string>();
        foreach ((string name, string value) in Pairs(step.Object("query"))) pairs.Add($"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}");
        return Encoding.ASCII.GetBytes(string.Join('&', pairs));
    }

    private static byte[] Host(FixtureFields fields, string name)
    {
        if (fields.Text(name) is not { } host) return [];
        Span<byte> normal = stackalloc byte[HostName.MaxLength];
        int length = HostName.Normalize(Encoding.UTF8.GetBytes(host), normal);
        if (length == 0) fields.Refuse(name, "is not a host name");
        return normal[..length].ToArray();
    }

    private ClientAddress Client(FixtureFields step)
    {
        FixtureFields fields = step.Has("client") || step.Has("ip") ? step : _defaults;
        string name = fields.Has("client") ? "client" : "ip";
        if (fields.Has("client") && fields.Has("ip")) fields.Refuse("ip", "is another name of client: write one of them");
        string text = fields.Text(name) ?? DefaultClient;
        if (!ClientAddress.TryParse(Encoding.UTF8.GetBytes(text), out ClientAddress client)) fields.Refuse(name, "must be an IPv4 or IPv6 address");
        return client;
    }

    private ImmutableArray<(byte[] Name, byte[] Value)> Headers(FixtureFields step)
    {
        // A step's own come first: the first of a name counts.
        var headers = ImmutableArray.CreateBuilder<(byte[], byte[])>();
        foreach (FixtureFields fields in (FixtureFields[])[step, _defaults])
        {
            foreach ((string name, string value) in Pairs(fields.Object("headers")))
            {
                headers.Add((Encoding.UTF8.GetBytes(name.ToLowerInvariant().Replace('_', '-')), Encoding.UTF8.GetBytes(value.Trim(' ', '\t'))));
            }
        }

        FixtureFields claims = Pick(step, "claims");
        if (claims.Object("claims") is { } token)
        {
            if (_verifiesTokens) claims.Refuse("claims", "make an unsigned token, which jwt.keys refuse: write a signed one into headers.authorization");
            headers.Add(("authorization"u8.ToArray(), Encoding.ASCII.GetBytes($"Bearer {Encoded("{\"alg\":\"none\"}"u8)}.{Encoded(token.Source.Raw(token.Table))}.unsigned")));
        }

        return headers.ToImmutable();
    }

    private static string Encoded(ReadOnlySpan<byte> text) => Base64Url.EncodeToString(text);

    /// <summary>The members of an object of strings, numbers and booleans.</summary>
    private static IEnumerable<(string Name, string Value)> Pairs(FixtureFields? fields)
    {
        if (fields is null) yield break;
        foreach ((string name, FixtureNode value) in fields.Table.Members)
        {
            if (value.IsObject || value.IsArray || value.IsNull) fields.Source.Refuse(value, "must be a string");
            else yield return (name, value.Text);
        }
    }

    /// <summary>A string is the body's text, anything else is the body as JSON.</summary>
    private static byte[]? Body(FixtureFields step)
    {
        if (step.Table.Member("body") is not { } node) return null;
        if (node.IsNull) return null;
        return node.IsString ? Encoding.UTF8.GetBytes(node.Text) : step.Source.Raw(node).ToArray();
    }

    private static LlmRequestNumbers? Tokens(FixtureFields step)
    {
        if (step.Object("tokens") is not { } tokens) return null;
        tokens.RefuseUnknown("prompt", "completion");
        if (step.Has("body")) step.Refuse("tokens", "stands for a body: write one of them");
        return new LlmRequestNumbers(tokens.Integer("prompt", 0, 1_000_000_000) ?? 0, tokens.Integer("completion", 0, 1_000_000_000) ?? 0, 0);
    }
}

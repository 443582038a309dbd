using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Limiter.Descriptors;
using Appliance.Policies;

namespace Appliance.Fixtures;

/// <summary>Reads `jwt` and `ip_lists` of a fixture: the keys of the configuration's `policies` section, files relative to the fixture.</summary>
internal static class FixtureSources
{
    /// <summary>What the files hold; nothing in particular after a mistake, which is noted.</summary>
    public static DescriptorSources Read(FixtureFields fixture, string directory)
    {
        JwtConfig? jwt = fixture.Object("jwt") is { } section ? ReadJwt(section, directory) : null;
        IpListsConfig? lists = fixture.Object("ip_lists") is { } files ? ReadLists(files, directory) : null;
        if (jwt is null && lists is null) return DescriptorSources.None;
        var config = new PoliciesConfig { File = "", Table = new TableConfig { MemoryBytes = 0 }, Jwt = jwt, IpLists = lists };
        var mistakes = ImmutableArray.CreateBuilder<string>();
        DescriptorSources sources = DescriptorFiles.Read(config, mistakes);
        foreach (string mistake in mistakes) fixture.Refuse(jwt is not null ? "jwt" : "ip_lists", mistake);
        return sources;
    }

    private static JwtConfig ReadJwt(FixtureFields jwt, string directory)
    {
        jwt.RefuseUnknown("keys", "jwks_file", "issuer", "audience", "leeway", "on_invalid");
        var keys = ImmutableArray.CreateBuilder<JwtKeyConfig>();
        foreach (FixtureNode node in jwt.Array("keys"))
        {
            if (!node.IsObject)
            {
                jwt.Source.Refuse(node, "must be an object with algorithm and file");
                continue;
            }

            var key = new FixtureFields(jwt.Source, node);
            key.RefuseUnknown("kid", "algorithm", "file");
            if (key.Text("algorithm") is { } algorithm && FileOf(key, "file", directory) is { } file) keys.Add(new JwtKeyConfig(file, algorithm, key.Text("kid")));
            else if (!jwt.Source.HasMistakes) jwt.Source.Refuse(node, "algorithm and file are required");
        }

        string? onInvalid = jwt.Text("on_invalid");
        if (onInvalid is not (null or "sentinel" or "reject")) jwt.Refuse("on_invalid", "must be sentinel or reject");
        return new JwtConfig
        {
            Keys = keys.ToImmutable(),
            JwksFile = FileOf(jwt, "jwks_file", directory),
            Issuer = jwt.Text("issuer"),
            Audience = jwt.Text("audience"),
            RejectsInvalid = onInvalid == "reject",
            Leeway = TimeSpan.FromMilliseconds((jwt.Duration("leeway") ?? 0) / 1_000_000),
        };
    }

    private static IpListsConfig ReadLists(FixtureFields lists, string directory)
    {
        lists.RefuseUnknown("country", "asn", "type", "tor");
        return new IpListsConfig(
            FileOf(lists, "country", directory), FileOf(lists, "asn", directory), FileOf(lists, "type", directory), FileOf(lists, "tor", directory));
    }

    private static string? FileOf(FixtureFields fields, string name, string directory) =>
        fields.Text(name) is { } path ? Path.GetFullPath(path, directory) : null;
}

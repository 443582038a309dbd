using System.Collections.Immutable;
using Appliance.Configuration;
using Appliance.Limiter;
using Appliance.Limiter.AddressLists;
using Appliance.Limiter.Descriptors;
using Appliance.Limiter.Tokens;

namespace Appliance.Policies;

/// <summary>Reads the files that `policies.jwt` and `policies.ip_lists` name, all of them before any is put in force.</summary>
internal static class DescriptorFiles
{
    private const int MaximumKeyBytes = 1024 * 1024;

    /// <summary>Reads them.</summary>
    /// <param name="config">The `policies` section.</param>
    /// <param name="mistakes">Takes one line, which names file and mend, for each that cannot be used; what is returned counts for nothing then.</param>
    public static DescriptorSources Read(PoliciesConfig config, ImmutableArray<string>.Builder mistakes) => new()
    {
        Jwt = config.Jwt is { } jwt ? ReadTokens(jwt, mistakes) : new JwtSettings(),
        Countries = ReadList(AddressListKind.Country, config.IpLists?.Country, mistakes),
        Asns = ReadList(AddressListKind.Asn, config.IpLists?.Asn, mistakes),
        Types = ReadList(AddressListKind.Type, config.IpLists?.Type, mistakes),
        TorExits = ReadList(AddressListKind.Tor, config.IpLists?.Tor, mistakes),
    };

    private static JwtSettings ReadTokens(JwtConfig jwt, ImmutableArray<string>.Builder mistakes)
    {
        var keys = new List<JwtKeySource>();
        foreach (JwtKeyConfig key in jwt.Keys)
        {
            if (ReadFile(key.File, MaximumKeyBytes, mistakes) is { } content) keys.Add(new JwtKeySource(key.File, content, key.Algorithm, key.KeyId));
        }

        JwtKeySource? set = jwt.JwksFile is { } file && ReadFile(file, MaximumKeyBytes, mistakes) is { } json ? new JwtKeySource(file, json) : null;
        JwtKeySet? loaded = JwtKeySet.Load(keys, set, out IReadOnlyList<DescriptorFileError> errors);
        mistakes.AddRange(errors.Select(error => error.ToString()));
        return new JwtSettings
        {
            Keys = loaded ?? JwtKeySet.Empty,
            Issuer = jwt.Issuer,
            Audience = jwt.Audience,
            Leeway = jwt.Leeway,
            OnInvalid = jwt.RejectsInvalid ? InvalidTokenAction.Reject : InvalidTokenAction.Sentinel,
        };
    }

    private static AddressList? ReadList(AddressListKind kind, string? file, ImmutableArray<string>.Builder mistakes)
    {
        if (file is null || ReadFile(file, AddressListReader.MaxBytes, mistakes) is not { } content) return null;
        AddressList? list = AddressListReader.Read(kind, file, content, out IReadOnlyList<DescriptorFileError> errors);
        mistakes.AddRange(errors.Select(error => error.ToString()));
        return list;
    }

    private static byte[]? ReadFile(string file, int maximumBytes, ImmutableArray<string>.Builder mistakes)
    {
        // No larger a buffer than the file needs: a list may be long, and mostly is not.
        long length = File.Exists(file) ? new FileInfo(file).Length : 0;
        (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(file, (int)Math.Min(Math.Max(length, 4096), maximumBytes));
        if (outcome == BoundedFile.Outcome.Read) return content;
        mistakes.Add($"{file}: {problem}");
        return null;
    }
}

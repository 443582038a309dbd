using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>Reads the configuration file. Never throws for anything an operator or a file can do.</summary>
internal static class ConfigLoader
{
    /// <summary>Bytes of a file; a configuration of this size has thousands of listeners.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>Reads, checks and resolves a file.</summary>
    /// <param name="path">As the operator named it; errors repeat it. Relative paths inside the file start at its directory.</param>
    /// <param name="environment">Value of an environment variable; null: not set.</param>
    /// <param name="files">Look also at the files that the configuration names.</param>
    public static ConfigLoadResult Load(string path, Func<string, string?> environment, bool files = true)
    {
        (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(path, MaximumBytes);
        if (outcome == BoundedFile.Outcome.Read) return Parse(content, path, environment, files);
        return new ConfigLoadResult
        {
            Errors = [new ConfigError(path, 0, 0, "", problem)],
            NotFound = outcome == BoundedFile.Outcome.NotFound,
            NotPermitted = outcome == BoundedFile.Outcome.NotPermitted,
        };
    }

    /// <summary>Reads, checks and resolves the content of a file.</summary>
    /// <param name="content">UTF-8.</param>
    /// <param name="path">The file's name, for errors and for relative paths.</param>
    /// <param name="environment">Value of an environment variable; null: not set.</param>
    /// <param name="files">Look also at the files that the configuration names.</param>
    public static ConfigLoadResult Parse(ReadOnlySpan<byte> content, string path, Func<string, string?> environment, bool files = false)
    {
        ConfigErrors errors = new(path);
        ApplianceConfig? config = null;
        if (TextCheck.TryDecode(content, errors) is { } text) config = Read(text, path, environment, errors);
        ReferencedFiles referenced = new(errors, (file, maximum) => BoundedFile.Read(file, maximum));
        if (files && config is not null && !errors.IsFull) config = referenced.Read(config);
        if (errors.IsEmpty) return new ConfigLoadResult { Config = config };
        ImmutableArray<ConfigError> all = errors.ToSorted();
        return new ConfigLoadResult { Errors = all, NotPermitted = referenced.NotPermitted == all.Length };
    }

    private static ApplianceConfig? Read(string text, string path, Func<string, string?> environment, ConfigErrors errors)
    {
        YamlNode? root = YamlReader.Read(text, new Substitution(environment), errors);
        if (root is null && !errors.IsEmpty) return null;
        if (root is not null and not YamlMapping && root is not YamlScalar { IsNull: true })
        {
            errors.Add(root.Line, root.Column, "", $"a section (keys and values) is expected here, not {root.Shape}");
            return null;
        }

        string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        ApplianceConfig config = ApplianceSection.Read(root as YamlMapping, directory, errors);
        if (!errors.IsFull) ConfigValidator.Check(config, errors);
        return config;
    }
}

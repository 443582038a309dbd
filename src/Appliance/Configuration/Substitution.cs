using System.Text;

namespace Appliance.Configuration;

/// <summary>Replaces `${NAME}` and `${NAME:-default}` in a value from the environment; `$${` stands for a literal `${`.</summary>
/// <remarks>
/// What is put in stays a plain value: it is never read as YAML and never looked at for further `${`. As in a shell, the default
/// also takes the place of an empty variable.
/// </remarks>
/// <param name="environment">Value of a variable; null: not set.</param>
internal sealed class Substitution(Func<string, string?> environment)
{
    /// <summary>Characters of one value after substitution; a short file must not grow without bound.</summary>
    public const int MaximumLength = 64 * 1024;

    /// <summary>Replaces all references.</summary>
    /// <param name="written">The value as it stands in the file.</param>
    /// <param name="text">The same instance when nothing was to be replaced; otherwise the result, empty on error.</param>
    /// <returns>What is wrong, or null.</returns>
    public string? Apply(string written, out string text)
    {
        text = written;
        int at = written.IndexOf("${", StringComparison.Ordinal);
        if (at < 0) return null;
        text = "";
        StringBuilder result = new();
        int copied = 0;
        while (at >= 0)
        {
            result.Append(written, copied, at - copied);
            bool escaped = at > copied && written[at - 1] == '$';
            string? error = escaped ? Literal(result, at, out copied) : Replace(written, at, result, out copied);
            if (error is not null) return error;
            if (result.Length > MaximumLength) return $"the value is longer than {MaximumLength} characters after substitution";
            at = written.IndexOf("${", copied, StringComparison.Ordinal);
        }

        text = result.Append(written, copied, written.Length - copied).ToString();
        return null;
    }

    private static string? Literal(StringBuilder result, int at, out int copied)
    {
        result.Append('{');
        copied = at + 2;
        return null;
    }

    private string? Replace(string written, int at, StringBuilder result, out int copied)
    {
        copied = 0;
        int end = written.IndexOf('}', at);
        if (end < 0) return "${ without its closing }";
        string inside = written[(at + 2)..end];
        int mark = inside.IndexOf(":-", StringComparison.Ordinal);
        string name = mark < 0 ? inside : inside[..mark];
        if (!IsName(name)) return $"{Quoted.Form(name)} is not the name of an environment variable";
        string? value = environment(name);
        if (mark >= 0 && string.IsNullOrEmpty(value)) value = inside[(mark + 2)..];
        if (value is null) return $"the environment variable {name} is not set and no default is given (${{{name}:-default}})";
        result.Append(value);
        copied = end + 1;
        return null;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 128 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}

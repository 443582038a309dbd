namespace Appliance.Configuration;

/// <summary>One mistake in an operator's file.</summary>
/// <param name="File">The file as it was named to us.</param>
/// <param name="Line">1 is the first; 0 when the file as a whole is meant.</param>
/// <param name="Column">1 is the first; 0 when the file as a whole is meant.</param>
/// <param name="Path">The key, such as `listeners[0].routes[1].upstream`; empty for the file as a whole.</param>
/// <param name="Message">What is wrong and what would be right; never a secret.</param>
internal sealed record ConfigError(string File, int Line, int Column, string Path, string Message)
{
    /// <summary>`FILE:LINE:COL: path: message`, without the parts that are not known.</summary>
    public override string ToString()
    {
        string place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        return Path.Length > 0 ? $"{place}: {Path}: {Message}" : $"{place}: {Message}";
    }
}

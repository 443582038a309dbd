namespace Appliance.Limiter;

/// <summary>What is wrong with a file that descriptors come from (keys, address lists), for the operator.</summary>
/// <param name="File">The file's name as the operator wrote it.</param>
/// <param name="Line">From 1; 0 when the mistake is the file's as a whole.</param>
/// <param name="Message">What is wrong and how to mend it; never holds a secret.</param>
public sealed record DescriptorFileError(string File, int Line, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}

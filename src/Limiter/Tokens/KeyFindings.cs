namespace Appliance.Limiter.Tokens;

/// <summary>Keys and mistakes, collected while files are read.</summary>
internal sealed class KeyFindings
{
    private readonly List<(JwtKey Key, string File)> _found = [];

    public List<DescriptorFileError> Errors { get; } = [];

    public IReadOnlyList<JwtKey> Keys => [.. _found.Select(found => found.Key)];

    public void Add(JwtKey key, string file) => _found.Add((key, file));

    public void Error(string file, string message) => Errors.Add(new(file, 0, message));

    /// <summary>Two keys of one name and a common algorithm would make the verdict depend on their order.</summary>
    public void RefuseSharedKeyIds()
    {
        for (int i = 0; i < _found.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (JwtKey key, JwtKey other) = (_found[i].Key, _found[j].Key);
                if (key.KeyId.Length == 0 || !key.KeyId.AsSpan().SequenceEqual(other.KeyId) || (key.Algorithms & other.Algorithms) == 0) continue;
                string name = System.Text.Encoding.UTF8.GetString(key.KeyId);
                Error(_found[i].File, $"the kid `{name}` is also that of a key in {_found[j].File}: give each key its own kid");
                break;
            }
        }
    }
}

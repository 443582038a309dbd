using System.Text.Json;

namespace Appliance.Limiter.Bundles;

/// <summary>
/// Reads the fields of one table. What is refused is reported with the field's place, gives a value that is good enough to go on with,
/// and leaves <see cref="IsSound"/> false: so one pass finds all mistakes of a table.
/// </summary>
/// <param name="table">An object.</param>
/// <param name="findings">Takes what is refused.</param>
/// <param name="prefix">Begins every message; a field's name follows it where the message names one.</param>
internal sealed class FieldReader(BundleNode table, BundleFindings findings, string prefix)
{
    public BundleNode Table => table;

    public BundleFindings Findings => findings;

    public bool IsSound { get; private set; } = true;

    public bool Has(string field) => table.Member(field) is not null;

    /// <summary>The field's place, or that of the table when the field is missing.</summary>
    public BundleNode PlaceOf(string field) => table.Member(field) ?? table;

    public void Refuse(string field, string message) => RefuseAt(PlaceOf(field), message);

    public void RefuseAt(BundleNode place, string message)
    {
        IsSound = false;
        findings.Error(place, prefix + message);
    }

    /// <summary>For what somebody else has reported.</summary>
    public void Invalidate() => IsSound = false;

    public void Lint(string field, string message) => findings.Lint(PlaceOf(field), message);

    /// <summary>A number above 0 that must be there.</summary>
    public decimal RequiredPositive(string field)
    {
        if (!Has(field)) Refuse(field, $"{field} is required");
        return Positive(field) ?? 1;
    }

    /// <summary>A number above 0; null when it is absent or refused.</summary>
    public decimal? Positive(string field)
    {
        if (table.Member(field) is not { } node) return null;
        if (BundleNumber.TryRead(node, out decimal value, out string remark) && value > 0) return value;
        RefuseAt(node, $"{field} must be a positive number{remark}");
        return null;
    }

    /// <summary>A whole number that must be there.</summary>
    public int RequiredInteger(string field, int least, int most)
    {
        if (!Has(field)) Refuse(field, $"{field} is required");
        return Integer(field, least, most) ?? least;
    }

    /// <summary>A whole number; null when it is absent or refused.</summary>
    public int? Integer(string field, int least, int most)
    {
        if (table.Member(field) is not { } node) return null;
        bool whole = BundleNumber.TryRead(node, out decimal value, out string remark) && decimal.Truncate(value) == value;
        if (whole && value >= least && value <= most) return (int)value;
        bool tooMuch = whole && value > most;
        string wanted = least == 1 ? "a positive integer" : $"an integer >= {least}";
        RefuseAt(node, tooMuch ? $"{field} must be at most {most}" : $"{field} must be {wanted}{remark}");
        return null;
    }

    public bool Flag(string field, bool absent)
    {
        if (table.Member(field) is not { } node) return absent;
        if (node.Kind is JsonValueKind.True or JsonValueKind.False) return node.Kind == JsonValueKind.True;
        RefuseAt(node, $"{field} must be a boolean");
        return absent;
    }

    /// <summary>One of a few words; the first stands for an absent field.</summary>
    public string Choice(string field, params ReadOnlySpan<string> words)
    {
        if (table.Member(field) is not { } node) return words[0];
        if (node.IsString && words.Contains(node.Text)) return node.Text;
        RefuseAt(node, $"{field} must be one of: {string.Join(", ", words.ToArray())}");
        return words[0];
    }

    /// <summary>A table; null when it is absent or refused.</summary>
    public BundleNode? OptionalTable(string field)
    {
        if (table.Member(field) is not { } node) return null;
        if (node.IsObject) return node;
        RefuseAt(node, $"{field} must be a table");
        return null;
    }
}

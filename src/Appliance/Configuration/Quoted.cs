using System.Globalization;
using System.Text;

namespace Appliance.Configuration;

/// <summary>Puts a piece of an operator's file into a message: short, in quotes, and unable to steer a terminal.</summary>
internal static class Quoted
{
    private const int MaximumLength = 60;

    /// <summary>The text in double quotes; control characters as \uXXXX; cut when long.</summary>
    public static string Form(string text)
    {
        StringBuilder form = new("\"");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaximumLength)))
        {
            if (IsHarmless(c)) form.Append(c);
            else form.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return form.Append(text.Length > MaximumLength ? "...\"" : "\"").ToString();
    }

    private static bool IsHarmless(char c) => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);
}

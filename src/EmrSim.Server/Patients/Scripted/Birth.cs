using System.Globalization;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>A date of birth as it is said and recognised.</summary>
internal static class Birth
{
    public static string? Spoken(string? date) =>
        Parsed(date) is { } born ? born.ToString("d MMMM yyyy", CultureInfo.InvariantCulture) : null;

    /// <summary>Whether the year and the month were said; a day may be a word ("fourteenth").</summary>
    public static bool IsToldIn(string text, string? date) =>
        Parsed(date) is { } born
        && (text.Contains(date!, StringComparison.Ordinal)
            || ((text.Contains(born.ToString("MMMM", CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase) || text.Contains(born.ToString("MMM ", CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase))
                && (text.Contains(born.Year.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) || text.Contains(InWords(born.Year), StringComparison.OrdinalIgnoreCase))));

    private static DateOnly? Parsed(string? date) =>
        DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born) ? born : null;

    private static string InWords(int year)
    {
        string[] tens = ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
        string[] ones = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        var rest = year % 100;
        return year / 100 == 19 ? $"nineteen {tens[rest / 10]}{(rest % 10 == 0 ? "" : $"-{ones[rest % 10]}")}" : year.ToString(CultureInfo.InvariantCulture);
    }
}

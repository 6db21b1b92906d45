using System.Collections.Frozen;

namespace EmrSim.Server.Voice;

/// <summary>Languages as the contract reads them: the base code in lower case; auto, default and what is no code count as not given.</summary>
public static class SpokenLanguage
{
    // Culture data is left out of the build, so the names stand here.
    private static readonly FrozenDictionary<string, string> s_names = (
        "af Afrikaans|am Amharic|ar Arabic|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bangla|bs Bosnian|ca Catalan|cs Czech|cy Welsh|da Danish|de German|el Greek|" +
        "en English|es Spanish|et Estonian|eu Basque|fa Persian|fi Finnish|fil Filipino|fr French|ga Irish|gl Galician|gu Gujarati|ha Hausa|he Hebrew|hi Hindi|" +
        "hr Croatian|ht Haitian Creole|hu Hungarian|hy Armenian|id Indonesian|ig Igbo|is Icelandic|it Italian|ja Japanese|ka Georgian|kk Kazakh|km Khmer|kn Kannada|" +
        "ko Korean|ku Kurdish|lo Lao|lt Lithuanian|lv Latvian|mi Māori|mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|ms Malay|mt Maltese|my Burmese|ne Nepali|" +
        "nl Dutch|no Norwegian|nb Norwegian Bokmål|nn Norwegian Nynorsk|om Oromo|pa Punjabi|pl Polish|ps Pashto|pt Portuguese|ro Romanian|ru Russian|si Sinhala|sk Slovak|sl Slovenian|" +
        "so Somali|sq Albanian|sr Serbian|sv Swedish|sw Swahili|ta Tamil|te Telugu|th Thai|ti Tigrinya|tl Tagalog|tr Turkish|uk Ukrainian|ur Urdu|uz Uzbek|" +
        "vi Vietnamese|yi Yiddish|yo Yoruba|zh Chinese|zu Zulu")
        .Split('|')
        .ToFrozenDictionary(entry => entry[..entry.IndexOf(' ', StringComparison.Ordinal)], entry => entry[(entry.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

    public static string? BaseCode(string? given)
    {
        if (given is null) return null;
        var end = given.AsSpan().IndexOfAny('-', '_');
        var code = (end < 0 ? given : given[..end]).Trim().ToLowerInvariant();
        return code.Length is 2 or 3 && code.All(char.IsAsciiLetterLower) ? code : null;
    }

    public static string EnglishName(string code) => s_names.GetValueOrDefault(code, code);

    /// <summary>Asks for the language, unless it is English or the instructions already do.</summary>
    public static string Ask(string instructions, string? code)
    {
        if (code is null or "en") return instructions;
        var sentence = $"Reply in {EnglishName(code)}.";
        return instructions.Contains(sentence, StringComparison.Ordinal) ? instructions : $"{instructions}\n\n{sentence}";
    }
}

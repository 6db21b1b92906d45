namespace EmrSim.Server.Patients.Scripted;

internal readonly record struct Match(int Item, double Score);

/// <summary>
/// Ranks items by how well one of their phrases says what was said (weighted overlap of ideas, rare ideas weighing more),
/// with a small part for how much of what was said the item speaks of at all.
/// </summary>
internal sealed class PhraseIndex
{
    private const double PhrasePart = 0.8;
    private const double TopicPart = 0.2;
    private const double WholePhraseBonus = 0.35;
    private readonly List<(int Item, HashSet<string> Ideas, string Text, double Weight)> _phrases = [];
    private readonly List<HashSet<string>> _topics = [];
    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);
    private readonly double _unknown;

    /// <param name="unknownWeight">How much a word that no item knows speaks against every item.</param>
    public PhraseIndex(IEnumerable<IEnumerable<string>> phrasesOfItems, double unknownWeight = 0.5)
    {
        foreach (var phrases in phrasesOfItems)
        {
            var topic = new HashSet<string>(StringComparer.Ordinal);
            foreach (var phrase in phrases)
            {
                var text = Words.Normalise(phrase);
                if (text.Length == 0) continue;
                var ideas = Words.Ideas(text).ToHashSet(StringComparer.Ordinal);
                _phrases.Add((_topics.Count, ideas, $" {text} ", 0));
                topic.UnionWith(ideas);
            }

            _topics.Add(topic);
        }

        foreach (var group in _topics.SelectMany(static topic => topic).GroupBy(static idea => idea, StringComparer.Ordinal))
            _weights[group.Key] = Math.Log(1 + ((double)_topics.Count / group.Count()));
        for (var place = 0; place < _phrases.Count; place++) _phrases[place] = _phrases[place] with { Weight = _phrases[place].Ideas.Sum(Weight) };
        _unknown = unknownWeight * Math.Log(1 + Math.Max(1, _topics.Count));
    }

    public int Count => _topics.Count;

    /// <summary>The items that fit at all, the best first; ties go to the earlier item.</summary>
    public IReadOnlyList<Match> Rank(string normalised)
    {
        if (_phrases.Count == 0 || normalised.Length == 0) return [];
        var ideas = Words.Ideas(normalised).Select(Corrected).Distinct(StringComparer.Ordinal).ToList();
        var whole = $" {normalised} ";
        if (ideas.Count == 0) return _phrases.FindIndex(phrase => phrase.Text == whole) is >= 0 and var at ? [new(_phrases[at].Item, 1)] : [];
        var total = ideas.Sum(Weight);
        var best = new double[_topics.Count];
        foreach (var (item, phrase, text, weight) in _phrases)
        {
            var shared = 0.0;
            foreach (var idea in ideas)
                if (phrase.Contains(idea)) shared += Weight(idea);
            if (shared == 0) continue;
            var score = 2 * shared / (total + weight);
            if (whole.Contains(text, StringComparison.Ordinal)) score += WholePhraseBonus * (0.4 + (0.6 * text.Length / whole.Length));
            if (score > best[item]) best[item] = score;
        }

        var ranked = new List<Match>();
        for (var item = 0; item < best.Length; item++)
        {
            if (best[item] == 0) continue;
            var spokenOf = ideas.Where(_topics[item].Contains).Sum(Weight) / total;
            ranked.Add(new(item, (PhrasePart * best[item]) + (TopicPart * spokenOf)));
        }

        ranked.Sort(static (one, other) => one.Score != other.Score ? other.Score.CompareTo(one.Score) : one.Item.CompareTo(other.Item));
        return ranked;
    }

    private double Weight(string idea) => _weights.GetValueOrDefault(idea, _unknown);

    /// <summary>A word that the case does not know may be a known one, misspelt by one letter.</summary>
    private string Corrected(string idea)
    {
        if (idea.Length < 5 || _weights.ContainsKey(idea)) return idea;
        foreach (var known in _weights.Keys)
            if (Math.Abs(known.Length - idea.Length) <= 1 && known[0] == idea[0] && DiffersByOne(known, idea)) return known;
        return idea;
    }

    private static bool DiffersByOne(string one, string other)
    {
        if (one.Length < other.Length) (one, other) = (other, one);
        var place = 0;
        while (place < other.Length && one[place] == other[place]) place++;
        if (one.Length > other.Length) return one.AsSpan(place + 1).SequenceEqual(other.AsSpan(place));
        if (place >= other.Length - 1) return true;
        return one.AsSpan(place + 1).SequenceEqual(other.AsSpan(place + 1))
            || (one[place] == other[place + 1] && one[place + 1] == other[place] && one.AsSpan(place + 2).SequenceEqual(other.AsSpan(place + 2)));
    }
}

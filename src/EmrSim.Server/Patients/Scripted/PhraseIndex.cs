namespace EmrSim.Server.Patients.Scripted;

internal readonly record struct Match(int Item, double Score);

/// <summary>Normalised words, and the ideas in them; found once, however many indices are asked.</summary>
internal sealed class Said(string text)
{
    public string Text => text;

    public IReadOnlyList<string> Ideas => field ??= Words.Ideas(text);
}

/// <summary>
/// Ranks items by how well one of their phrases says what was said (weighted overlap of ideas, rare ideas weighing more),
/// with a small part for how much of what was said the item speaks of at all.
/// </summary>
internal sealed class PhraseIndex
{
    private const double PhrasePart = 0.8;
    private const double TopicPart = 0.2;
    private const double WholePhraseBonus = 0.35;
    private readonly List<(int Item, string Text, double Weight)> _phrases = [];
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly ILookup<char, string> _byLetter;
    private readonly double _unknown;

    /// <param name="unknownWeight">How much a word that no item knows speaks against every item.</param>
    public PhraseIndex(IEnumerable<IEnumerable<string>> phrasesOfItems, double unknownWeight = 0.5)
    {
        var ideasOfPhrases = new List<HashSet<string>>();
        foreach (var phrases in phrasesOfItems)
        {
            foreach (var phrase in phrases)
            {
                var text = Words.Normalise(phrase);
                if (text.Length == 0) continue;
                var ideas = Words.Ideas(text).ToHashSet(StringComparer.Ordinal);
                foreach (var idea in ideas)
                {
                    if (!_known.TryGetValue(idea, out var known)) _known[idea] = known = new();
                    known.Phrases.Add(_phrases.Count);
                    known.Items.Add(Count);
                }

                _phrases.Add((Count, $" {text} ", 0));
                ideasOfPhrases.Add(ideas);
            }

            Count++;
        }

        foreach (var known in _known.Values) known.Weight = Math.Log(1 + ((double)Count / known.Items.Count));
        for (var place = 0; place < _phrases.Count; place++) _phrases[place] = _phrases[place] with { Weight = ideasOfPhrases[place].Sum(Weight) };
        _byLetter = _known.Keys.ToLookup(static idea => idea[0]);
        _unknown = unknownWeight * Math.Log(1 + Math.Max(1, Count));
    }

    public int Count { get; }

    /// <summary>The items that fit at all, the best first; ties go to the earlier item.</summary>
    public IReadOnlyList<Match> Rank(Said said)
    {
        if (_phrases.Count == 0 || said.Text.Length == 0) return [];
        var ideas = said.Ideas.Select(Corrected).Distinct(StringComparer.Ordinal).ToList();
        var whole = $" {said.Text} ";
        if (ideas.Count == 0) return _phrases.FindIndex(phrase => phrase.Text == whole) is >= 0 and var at ? [new(_phrases[at].Item, 1)] : [];
        var total = ideas.Sum(Weight);
        var (shared, spokenOf, best) = (new double[_phrases.Count], new double[Count], new double[Count]);
        foreach (var idea in ideas)
        {
            if (!_known.TryGetValue(idea, out var known)) continue;
            foreach (var phrase in known.Phrases) shared[phrase] += known.Weight;
            foreach (var item in known.Items) spokenOf[item] += known.Weight;
        }

        for (var phrase = 0; phrase < shared.Length; phrase++)
        {
            if (shared[phrase] == 0) continue;
            var (item, text, weight) = _phrases[phrase];
            var score = 2 * shared[phrase] / (total + weight);
            if (whole.Contains(text, StringComparison.Ordinal)) score += WholePhraseBonus * (0.4 + (0.6 * text.Length / whole.Length));
            if (score > best[item]) best[item] = score;
        }

        var ranked = new List<Match>();
        for (var item = 0; item < best.Length; item++)
            if (best[item] > 0) ranked.Add(new(item, (PhrasePart * best[item]) + (TopicPart * spokenOf[item] / total)));
        ranked.Sort(static (one, other) => one.Score != other.Score ? other.Score.CompareTo(one.Score) : one.Item.CompareTo(other.Item));
        return ranked;
    }

    private double Weight(string idea) => _known.TryGetValue(idea, out var known) ? known.Weight : _unknown;

    /// <summary>A word that the case does not know may be a known one, misspelt by one letter.</summary>
    private string Corrected(string idea)
    {
        if (idea.Length < 5 || _known.ContainsKey(idea)) return idea;
        foreach (var known in _byLetter[idea[0]])
            if (Math.Abs(known.Length - idea.Length) <= 1 && DiffersByOne(known, idea)) return known;
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

    /// <summary>An idea, and which phrases and items speak of it.</summary>
    private sealed class Known
    {
        public List<int> Phrases { get; } = [];

        public SortedSet<int> Items { get; } = [];

        public double Weight { get; set; }
    }
}

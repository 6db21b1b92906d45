using System.Text.Json;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>How this persona talks: how much, in which tone, how shyly.</summary>
internal sealed class Manner
{
    private static readonly Dictionary<string, string[]> s_openers = new(StringComparer.Ordinal)
    {
        ["friendly"] = ["Sure. ", "Of course. ", "Let me think. "],
        ["guarded"] = ["Hm. ", "If you need to know: ", "Well. "],
        ["disinterested"] = ["Whatever. ", "I suppose... ", "Hm. "],
        ["worried"] = ["Um, ", "Well, honestly: ", "I have been thinking about that. "],
        ["irritable"] = ["Look: ", "Right. ", "Fine. "],
        ["stoic"] = ["Hm. ", "Well. "],
        ["optimistic"] = ["Oh, ", "Good question! ", "Right! "],
    };

    private static readonly string[] s_private = ["sex", "saddle", "bladder", "bowel", "mood", "alcohol", "drug", "period", "eating", "home", "family"];
    private readonly string[] _openers;
    private readonly bool _isShy;
    private readonly string _encounterId;

    public Manner(Persona persona, string encounterId)
    {
        var style = persona.Raw.At("dialogue_style");
        Tone = style.Text("tone")?.ToLowerInvariant() ?? "friendly";
        Sentences = style.Text("verbosity")?.ToLowerInvariant() switch { "brief" => 1, "talkative" => 4, _ => 2 };
        _openers = s_openers.GetValueOrDefault(Tone, s_openers["friendly"]);
        _isShy = Tone == "guarded" || style.At("privacy_hesitations") is { ValueKind: JsonValueKind.Array } shy && shy.GetArrayLength() > 0;
        _encounterId = encounterId;
    }

    public string Tone { get; }

    public int Sentences { get; }

    /// <summary>A few words before an answer, now and then; more often before what is private.</summary>
    public string Opener(SubjectiveItem item)
    {
        if (_isShy && s_private.Any(word => item.Id.Contains(word, StringComparison.Ordinal)) && Chance.Below(2, _encounterId, $"shy {item.Id}") == 0)
            return Chance.One(["That is a bit private. ", "I do not talk about that much. ", "If it stays in this room: "], _encounterId, item.Id);
        return Chance.Below(3, _encounterId, $"opens {item.Id}") == 0 ? Chance.One(_openers, _encounterId, item.Id) : "";
    }
}

using EmrSim.Contracts;
using EmrSim.Server.Patients;
using EmrSim.Server.Patients.Content;
using EmrSim.Server.Patients.Scripted;
using EmrSim.Server.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.Server.Tests.Patients;

internal sealed record Reply(string Text, IReadOnlyList<string> Ids, GateFlags Gate, MediaAsset? Shown);

/// <summary>An encounter with the real casebook over a content directory.</summary>
internal sealed class Practice
{
    public static readonly GateFlags AllOpen = new() { GreetingDone = true, IntroDone = true, ConsentDone = true, IdentityVerified = true };
    public static readonly string ShippedContent = Path.Combine(AppContext.BaseDirectory, "content");
    private readonly List<Utterance> _history = [];

    public Practice(string scenarioId, string personaId, string? directory = null, string encounterId = "enc-1")
        : this(Open(directory), scenarioId, personaId, encounterId)
    {
    }

    public Practice((Casebook Book, Catalogue Catalogue) content, string scenarioId, string personaId, string encounterId = "enc-1")
    {
        (Book, Catalogue) = content;
        ScenarioId = scenarioId;
        PersonaId = personaId;
        EncounterId = encounterId;
    }

    public Casebook Book { get; }

    public Catalogue Catalogue { get; }

    public string ScenarioId { get; }

    public string PersonaId { get; }

    public string EncounterId { get; }

    public string Phase { get; set; } = "subjective";

    public string? Role { get; set; }

    public GateFlags Gate { get; set; } = GateFlags.None;

    public IReadOnlyList<Utterance> History => _history;

    public CaseFile Case => Catalogue.CaseOf(Catalogue.Scenarios[ScenarioId]);

    public static (Casebook Book, Catalogue Catalogue) Open(string? directory)
    {
        var settings = ServerSettings.Read(new SettingsSource(new Dictionary<string, string> { ["CONTENT_DIR"] = directory ?? ShippedContent }));
        var shelf = new CatalogueShelf(settings, TimeProvider.System, NullLogger<CatalogueShelf>.Instance);
        return (new Casebook(shelf, new ScriptedPatient(shelf)), shelf.Current);
    }

    /// <summary>Says it and remembers both sides.</summary>
    public async Task<Reply> SayAsync(string text)
    {
        var reply = await AskAsync(text);
        _history.Add(new("user", text));
        _history.Add(new("assistant", reply.Text));
        Gate = reply.Gate;
        return reply;
    }

    /// <summary>Asks without leaving a trace.</summary>
    public async Task<Reply> AskAsync(string text)
    {
        var spoken = "";
        MediaAsset? shown = null;
        AnsweredPiece? answered = null;
        var question = new Question(EncounterId, PersonaId, ScenarioId, Phase, Gate, Role, text, [.. _history]);
        await foreach (var piece in Book.AnswerAsync(question, TestContext.Current.CancellationToken))
        {
            if (piece is SpokenPiece words) spoken += words.Text;
            else if (piece is ShownPiece media) shown = media.Media;
            else answered = (AnsweredPiece)piece;
        }

        Assert.NotNull(answered);
        Assert.DoesNotContain("[MEDIA:", spoken, StringComparison.Ordinal);
        Assert.NotEqual("", spoken.Trim());
        return new(spoken, answered.CatalogItemIds, answered.Gate, shown);
    }
}

/// <summary>Every case that is shipped, with a persona that suits it.</summary>
internal static class ShippedCases
{
    private static readonly Lazy<(Casebook Book, Catalogue Catalogue)> s_content = new(() => Practice.Open(null));

    public static (Casebook Book, Catalogue Catalogue) Content => s_content.Value;

    public static IEnumerable<string> Ids => Content.Catalogue.Scenarios.Keys.Order(StringComparer.Ordinal);

    public static Practice Start(string scenarioId, string? personaId = null, string encounterId = "enc-1") =>
        new(Content, scenarioId, personaId ?? Content.Catalogue.SuggestedPersonas(scenarioId).FirstOrDefault() ?? Content.Catalogue.Personas.Keys.Order(StringComparer.Ordinal).First(), encounterId);
}

using System.Text.Json.Serialization;
using EmrSim.Contracts;
using EmrSim.Server.Patients;

namespace EmrSim.Server.Encounters;

/// <summary>Words of the answer as they come.</summary>
internal sealed record AnswerDelta([property: JsonPropertyName("text")] string Text);

/// <summary>What the patient shows with the answer.</summary>
internal sealed record AnswerMedia(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("caption")] string Caption)
{
    public static AnswerMedia Of(MediaAsset media) => new(media.Id, media.Url, media.Type, media.Caption);
}

/// <summary>The whole answer, as it is kept.</summary>
internal sealed record AnswerDone([property: JsonPropertyName("turn")] TranscriptTurn Turn);

/// <summary>No answer came.</summary>
internal sealed record AnswerError([property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("detail")] string Detail);

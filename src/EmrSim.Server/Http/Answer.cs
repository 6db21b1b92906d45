using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EmrSim.Contracts;
using EmrSim.Server.Live.SocketIo;
using EmrSim.Server.Operations;

namespace EmrSim.Server.Http;

/// <summary>Answers as JSON, written by code made ahead: no type is looked into while the program runs.</summary>
internal static class Answer
{
    // As the framework's own answers: they are no part of a page, so that letters need no escapes.
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = AnswerJson.Default };

    public static IResult Json<T>(T value, int? statusCode = null) => Results.Json(value, Form<T>(), statusCode: statusCode);

    public static Task WriteAsync<T>(HttpResponse response, T value, CancellationToken cancellationToken) => response.WriteAsJsonAsync(value, Form<T>(), cancellationToken: cancellationToken);

    private static JsonTypeInfo<T> Form<T>() => (JsonTypeInfo<T>)s_options.GetTypeInfo(typeof(T));
}

/// <summary>What is answered over HTTP and by the hub.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CaseList))]
[JsonSerializable(typeof(Dictionary<string, object?>))]
[JsonSerializable(typeof(EncounterChange))]
[JsonSerializable(typeof(EncounterCreated))]
[JsonSerializable(typeof(EncounterEnded))]
[JsonSerializable(typeof(EncounterList))]
[JsonSerializable(typeof(EncounterView))]
[JsonSerializable(typeof(EngineError.Body))]
[JsonSerializable(typeof(FacultyCase))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(MediaRef))]
[JsonSerializable(typeof(PersonaList))]
[JsonSerializable(typeof(Reflection))]
[JsonSerializable(typeof(ScenarioList))]
[JsonSerializable(typeof(SdpOffer))]
[JsonSerializable(typeof(SystemStatus))]
[JsonSerializable(typeof(TeacherDoor))]
[JsonSerializable(typeof(TranscriptDocument))]
[JsonSerializable(typeof(TranscriptEntry[]))]
[JsonSerializable(typeof(TranscriptErrorNotice))]
[JsonSerializable(typeof(TurnList))]
[JsonSerializable(typeof(TurnsSaved))]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(VoiceInstructions))]
[JsonSerializable(typeof(VoiceInstructionsRequest))]
[JsonSerializable(typeof(VoiceList))]
[JsonSerializable(typeof(VoiceToken))]
[JsonSerializable(typeof(VoiceTokenRequest))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(string))]
internal sealed partial class AnswerJson : JsonSerializerContext;

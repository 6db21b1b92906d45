using System.Text.Json;
using System.Text.Json.Serialization;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Live.SocketIo;

namespace EmrSim.Server.Transcripts;

/// <summary>What is kept, and what is told live, under the names that the types themselves give.</summary>
[JsonSerializable(typeof(AnswerDelta))]
[JsonSerializable(typeof(AnswerDone))]
[JsonSerializable(typeof(AnswerError))]
[JsonSerializable(typeof(AnswerMedia))]
[JsonSerializable(typeof(CaughtUp))]
[JsonSerializable(typeof(Completeness))]
[JsonSerializable(typeof(EncounterChange))]
[JsonSerializable(typeof(EnginePacket.Handshake))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(List<MediaRef>))]
[JsonSerializable(typeof(MediaRef[]))]
[JsonSerializable(typeof(NewTurn))]
[JsonSerializable(typeof(SocketAnswer))]
[JsonSerializable(typeof(TranscriptEntry))]
[JsonSerializable(typeof(TranscriptErrorNotice))]
[JsonSerializable(typeof(TranscriptTurn))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class RecordJson : JsonSerializerContext;

using System.Text.Json.Serialization;
using EmrSim.Contracts;

namespace EmrSim.Server.Voice;

[JsonSerializable(typeof(VoiceToken))]
[JsonSerializable(typeof(VoiceInstructions))]
[JsonSerializable(typeof(VoiceList))]
[JsonSerializable(typeof(MintOrder))]
internal sealed partial class VoiceJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace EmrSim.SessionStore.Fleet;

/// <summary>One running instance, as it last told of itself.</summary>
/// <param name="Id">Its own part of every version it gives, in hexadecimal.</param>
/// <param name="StartedAt">When it began, by its own clock.</param>
/// <param name="SeenAt">When it last told of itself, by its own clock.</param>
/// <param name="Facts">What the application says of it: short names and values, no secrets.</param>
public sealed record FleetMember(string Id, DateTimeOffset StartedAt, DateTimeOffset SeenAt, IReadOnlyDictionary<string, string> Facts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<FleetMember>))]
internal sealed partial class FleetJson : JsonSerializerContext;

// The first instance only writes, and what describes the types to a reader would be compiled in its start.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(List<FleetMember>))]
internal sealed partial class FleetWriting : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>What an operator sees at a glance.</summary>
public sealed record SystemStatus
{
    /// <summary>healthy, degraded or unhealthy.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>What is not as it should be, as stable names.</summary>
    [JsonPropertyName("warnings")]
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The instance that answers.</summary>
    [JsonPropertyName("instance")]
    public required string Instance { get; init; }

    /// <summary>Its build.</summary>
    [JsonPropertyName("version")]
    public required string Version { get; init; }

    /// <summary>The database, without secrets.</summary>
    [JsonPropertyName("database")]
    public required string Database { get; init; }

    /// <summary>The session store's server, without secrets; null when there is none.</summary>
    [JsonPropertyName("server")]
    public required StoreServer? Server { get; init; }

    /// <summary>The tiers of the session store as the answering instance finds them.</summary>
    [JsonPropertyName("tiers")]
    public required IReadOnlyList<StoreTier> Tiers { get; init; }

    /// <summary>All instances that announce themselves.</summary>
    [JsonPropertyName("instances")]
    public required IReadOnlyList<RunningInstance> Instances { get; init; }

    /// <summary>Encounters of all instances by state.</summary>
    [JsonPropertyName("encounters")]
    public required IReadOnlyDictionary<string, int> Encounters { get; init; }

    /// <summary>What the answering instance has logged lately, newest first.</summary>
    [JsonPropertyName("events")]
    public required IReadOnlyList<LoggedFact> Events { get; init; }

    /// <summary>The last quarter of an hour of the answering instance, oldest first.</summary>
    [JsonPropertyName("history")]
    public required IReadOnlyList<StatusSample> History { get; init; }
}

/// <summary>The session store's server.</summary>
/// <param name="Connected">Whether it is used just now.</param>
/// <param name="Url">Its address without secrets.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Version">Its version.</param>
/// <param name="SinceMs">Since when it has been so, in unix milliseconds.</param>
public sealed record StoreServer(
    [property: JsonPropertyName("connected")] bool Connected,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("kind")] string? Kind,
    [property: JsonPropertyName("version")] string? Version,
    [property: JsonPropertyName("since_ms")] long SinceMs);

/// <summary>One tier.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">The state of its breaker.</param>
/// <param name="HoldsEntries">Whether it holds what should be above.</param>
/// <param name="P95Ms">How long it takes for nearly all operations.</param>
/// <param name="LastFailure">What failed last.</param>
public sealed record StoreTier(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("holds_entries")] bool HoldsEntries,
    [property: JsonPropertyName("p95_ms")] double P95Ms,
    [property: JsonPropertyName("last_failure")] string? LastFailure);

/// <summary>One instance as it told of itself.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StartedAtMs">When it began, in unix milliseconds.</param>
/// <param name="SeenAtMs">When it last told of itself, in unix milliseconds.</param>
/// <param name="Facts">Names and values that it told.</param>
public sealed record RunningInstance(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("started_at_ms")] long StartedAtMs,
    [property: JsonPropertyName("seen_at_ms")] long SeenAtMs,
    [property: JsonPropertyName("facts")] IReadOnlyDictionary<string, string> Facts);

/// <summary>One line of the log.</summary>
/// <param name="AtMs">When, in unix milliseconds.</param>
/// <param name="Level">information, warning, error or critical.</param>
/// <param name="Text">What it says.</param>
public sealed record LoggedFact(
    [property: JsonPropertyName("at_ms")] long AtMs,
    [property: JsonPropertyName("level")] string Level,
    [property: JsonPropertyName("text")] string Text);

/// <summary>Some seconds of the answering instance.</summary>
/// <param name="AtMs">When they ended, in unix milliseconds.</param>
/// <param name="Requests">Requests a second.</param>
/// <param name="Errors">Answers of 500 and above.</param>
/// <param name="P95Ms">Response time of nearly all recent requests.</param>
/// <param name="Utterances">Utterances told a second.</param>
/// <param name="StoreMs">Mean time of an operation of the session store.</param>
/// <param name="LagMs">Mean time from another instance's commit to those who watch here.</param>
/// <param name="MemoryMb">Memory in use.</param>
public sealed record StatusSample(
    [property: JsonPropertyName("at_ms")] long AtMs,
    [property: JsonPropertyName("requests")] double Requests,
    [property: JsonPropertyName("errors")] long Errors,
    [property: JsonPropertyName("p95_ms")] double P95Ms,
    [property: JsonPropertyName("utterances")] double Utterances,
    [property: JsonPropertyName("store_ms")] double StoreMs,
    [property: JsonPropertyName("lag_ms")] double LagMs,
    [property: JsonPropertyName("memory_mb")] double MemoryMb);

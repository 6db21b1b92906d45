namespace EmrSim.Server.Doctor;

/// <summary>One answer in the Redis protocol, version 2.</summary>
internal sealed record RedisReply(char Kind, string Text, IReadOnlyList<RedisReply> Items)
{
    public bool IsError => Kind == '-';

    public bool IsNull => Kind is '0';

    /// <summary>The first word of an error: WRONGPASS, NOPERM, OOM…</summary>
    public string ErrorCode => IsError ? Text.Split(' ', 2)[0] : "";
}

/// <summary>What answered does not speak the Redis protocol.</summary>
internal sealed class ForeignAnswerException(string said) : Exception($"It answered: {said}")
{
    public string Said { get; } = said;
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EmrSim.SessionStore;
using Microsoft.AspNetCore.DataProtection;

namespace EmrSim.Server.Voice;

/// <summary>Keeps tokens and call ids in the session store. Tokens are sealed, so that a reader of the store cannot use them.</summary>
public sealed class TokenSafe(ISessionStore store, IDataProtectionProvider protection, TimeProvider clock)
{
    // A call lasts an hour at most; whoever records it may come a little later.
    private static readonly TimeSpan s_callLife = TimeSpan.FromMinutes(70);
    private const int Times = 2 * sizeof(long);

    private readonly IDataProtector _seal = protection.CreateProtector("rtc:token");

    /// <summary>False when the store can't be written.</summary>
    public async ValueTask<bool> KeepAsync(string sessionId, RtcToken token, byte[] sealedToken, CancellationToken cancellationToken)
    {
        var left = token.KeptUntil - clock.GetUtcNow();
        if (left <= TimeSpan.Zero) return true;
        try
        {
            await store.SetAsync(TokenKey(sessionId), sealedToken, left, cancellationToken);
            return true;
        }
        catch (SessionStoreUnavailableException)
        {
            return false;
        }
    }

    public async ValueTask<RtcToken?> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetAsync(TokenKey(sessionId), cancellationToken) is { } entry ? Open(sessionId, entry.Value.ToArray()) : null;
        }
        catch (SessionStoreUnavailableException)
        {
            return null;
        }
    }

    /// <summary>False when the store can't be written: the call goes on, without a witness.</summary>
    public async ValueTask<bool> KeepCallAsync(string sessionId, string callId, CancellationToken cancellationToken)
    {
        try
        {
            await store.SetAsync($"rtc:call:{sessionId}", Encoding.UTF8.GetBytes(callId), s_callLife, cancellationToken);
            return true;
        }
        catch (SessionStoreUnavailableException)
        {
            return false;
        }
    }

    public byte[] Seal(string sessionId, RtcToken token)
    {
        var bound = Bound(sessionId);
        var content = new byte[Times + bound.Length + Encoding.UTF8.GetByteCount(token.Value)];
        BinaryPrimitives.WriteInt64LittleEndian(content, token.ExpiresAt);
        BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(sizeof(long)), token.KeptUntil.ToUnixTimeMilliseconds());
        bound.CopyTo(content.AsSpan(Times));
        Encoding.UTF8.GetBytes(token.Value, content.AsSpan(Times + bound.Length));
        return _seal.Protect(content);
    }

    /// <summary>Null when it was sealed for another session or by a stranger, or is over.</summary>
    public RtcToken? Open(string sessionId, byte[] sealedToken)
    {
        byte[] content;
        try
        {
            content = _seal.Unprotect(sealedToken);
        }
        catch (CryptographicException)
        {
            return null;
        }

        var bound = Bound(sessionId);
        if (content.Length < Times + bound.Length || !content.AsSpan(Times, bound.Length).SequenceEqual(bound)) return null;
        var keptUntil = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(sizeof(long))));
        if (keptUntil <= clock.GetUtcNow()) return null;
        return new(Encoding.UTF8.GetString(content.AsSpan(Times + bound.Length)), BinaryPrimitives.ReadInt64LittleEndian(content), keptUntil);
    }

    private static string TokenKey(string sessionId) => $"rtc:token:{sessionId}";

    // The id goes under the seal, so that one session's token can't be put in place of another's. No id holds a line break.
    private static byte[] Bound(string sessionId) => Encoding.UTF8.GetBytes(sessionId + "\n");
}

using System.Security.Cryptography;
using System.Text;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// Single-key scripts over envelopes (see <c>Envelope</c>: kind in byte 2, stamp in bytes 5 to 20 counted from one).
/// Stamps are compared byte by byte, because comparing strings follows the server's locale.
/// </summary>
internal sealed class RedisScript
{
    private const string Newer =
        "local function newer(a,b) for i=5,20 do local x,y=a:byte(i),b:byte(i) if x~=y then return x>y end end return false end\n" +
        "local cur=redis.call('GETRANGE',KEYS[1],0,27)\n";

    private const string Write = "redis.call('SET',KEYS[1],ARGV[1],'PX',ARGV[2])\nreturn 1";

    /// <summary>ARGV: envelope, life in ms. 1, or the header of the newer envelope there.</summary>
    public static readonly RedisScript Set = new(Newer + "if #cur==28 and newer(cur,ARGV[1]) then return cur end\n" + Write);

    /// <summary>ARGV: envelope, life in ms. 1, 0 when something alive is there, or the header of a newer tombstone.</summary>
    public static readonly RedisScript Add = new(
        Newer +
        "if #cur==28 then if cur:byte(2)~=3 then return 0 end if newer(cur,ARGV[1]) then return cur end elseif #cur>0 then return 0 end\n" +
        Write);

    /// <summary>ARGV: envelope, life in ms, expected stamp. 1, or 0 when another or nothing is there.</summary>
    public static readonly RedisScript Replace = new(
        "local cur=redis.call('GETRANGE',KEYS[1],0,27)\n" +
        "if #cur~=28 or cur:byte(2)~=1 or cur:sub(5,20)~=ARGV[3] then return 0 end\n" +
        Write);

    /// <summary>ARGV: tombstone, its life in ms. 1 when something alive was there, 0 when not, or the header of the newer envelope there.</summary>
    public static readonly RedisScript Remove = new(
        Newer +
        "if #cur==28 and newer(cur,ARGV[1]) then return cur end\n" +
        "redis.call('SET',KEYS[1],ARGV[1],'PX',ARGV[2])\n" +
        "if #cur==28 then if cur:byte(2)==1 then return 1 end return 0 end\n" +
        "if #cur>0 then return 1 end return 0");

    /// <summary>ARGV: by, life in ms of a new counter. The count and its remaining life in ms.</summary>
    public static readonly RedisScript Increment = new(
        "local cur=redis.call('GETRANGE',KEYS[1],0,27)\n" +
        "if #cur==28 and cur:byte(2)==3 then redis.call('DEL',KEYS[1]) end\n" +
        "local n=redis.call('INCRBY',KEYS[1],ARGV[1])\n" +
        "local t=redis.call('PTTL',KEYS[1])\n" +
        "if t<0 then redis.call('PEXPIRE',KEYS[1],ARGV[2]) t=tonumber(ARGV[2]) end\n" +
        "return {n,t}");

    private RedisScript(string text)
    {
        Text = text;
        // EVALSHA names a script by its SHA-1 (Redis commands reference); nothing is secured by it.
#pragma warning disable CA5350
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
    }

    public string Text { get; }

    public byte[] Hash { get; }
}

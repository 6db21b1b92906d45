using System.Security.Cryptography;
using System.Text;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// Scripts over envelopes, of one key but for <see cref="SetMany"/> (see <c>Envelope</c>: format in byte 1, kind in byte 2, stamp in bytes 5 to 20, end of life in
/// bytes 21 to 28, counted from one). What no version of this library wrote counts as older than everything.
/// </summary>
internal sealed class RedisScript
{
    private const string Head =
        "local function ours(c) return type(c)=='string' and #c>=28 and c:byte(1)==1 end\n" +
        "local function newer(c) local a,b,i=struct.unpack('>I8I4I4',c,5)\n" +
        "local x,y,j=struct.unpack('>I8I4I4',ARGV[1],5)\n" +
        "return a>x or (a==x and (b>y or (b==y and i>j))) end\n" +
        Current;

    // The server counts a life from when the write arrives, the envelope from when it was made: what is over is not there.
    private const string Current =
        "local c=redis.pcall('GETRANGE',KEYS[1],0,27)\n" +
        "if type(c)=='string' and #c==28 and c:byte(1)==1 and struct.unpack('>I8',c,21)<=struct.unpack('>I8',ARGV[1],21)-tonumber(ARGV[2]) then c='' end\n";

    // Where what is replaced would have lived longer, the answer is how long yet.
    private const string Write =
        "redis.call('SET',KEYS[1],ARGV[1],'PX',ARGV[2])\n" +
        "if type(c)~='string' or #c<28 or c:byte(1)~=1 then return 1 end\n" +
        "local more=struct.unpack('>I8',c,21)-struct.unpack('>I8',ARGV[1],21)\n" +
        "if more>0 then return tonumber(ARGV[2])+more end return 1";

    /// <summary>ARGV: envelope, life in ms. 1, the life in ms that what was there had yet if that is longer, or the header of the newer envelope there.</summary>
    public static readonly RedisScript Set = new(Head + "if ours(c) and newer(c) then return c end\n" + Write);

    /// <summary>
    /// The same in one command, which is most of what a script costs: the old envelope is put back in the rare case that it was
    /// newer. It copies the old value and needs Redis 6.2, so that <see cref="Set"/> stays for large values and older servers.
    /// </summary>
    public static readonly RedisScript SetSmall = new(
        "local c=redis.pcall('SET',KEYS[1],ARGV[1],'PX',ARGV[2],'GET')\n" +
        "if not c then return 1 end\n" +
        "if type(c)=='table' then if c.err and c.err:find('WRONGTYPE',1,true) then " + Write + " end return c end\n" +
        "if #c<28 or c:byte(1)~=1 then return 1 end\n" +
        "local a,b,i,e=struct.unpack('>I8I4I4I8',c,5)\n" +
        "local x,y,j,f=struct.unpack('>I8I4I4I8',ARGV[1],5)\n" +
        "local rest=e-f+tonumber(ARGV[2])\n" +
        "if a<x or (a==x and (b<y or (b==y and i<=j))) then if e>f then return rest end return 1 end\n" +
        "if rest<1 then return 1 end\n" +
        "redis.call('SET',KEYS[1],c,'PX',string.format('%.0f',rest))\n" +
        "return c:sub(1,28)");

    /// <summary>For each key an envelope and its life in ms. For each 1, or 0 when a newer envelope is there.</summary>
    public static readonly RedisScript SetMany = new(
        "local out={}\n" +
        "for n=1,#KEYS do\n" +
        "local v,life,stays=ARGV[2*n-1],ARGV[2*n],false\n" +
        "if redis.call('SET',KEYS[n],v,'PX',life,'NX') then out[n]=1 else\n" +
        "local c=redis.pcall('GETRANGE',KEYS[n],0,27)\n" +
        "local x,y,j,f=struct.unpack('>I8I4I4I8',v,5)\n" +
        "if type(c)=='string' and #c==28 and c:byte(1)==1 then\n" +
        "local a,b,i,e=struct.unpack('>I8I4I4I8',c,5)\n" +
        "stays=e>f-tonumber(life) and (a>x or (a==x and (b>y or (b==y and i>j))))\n" +
        "end\n" +
        "if stays then out[n]=0 else redis.call('SET',KEYS[n],v,'PX',life) out[n]=1 end\n" +
        "end end return out");

    /// <summary>ARGV: envelope, life in ms. As <see cref="Set"/>, or 0 when something alive is there.</summary>
    public static readonly RedisScript Add = new(
        Head +
        "if type(c)=='table' then return 0 end\n" +
        "if ours(c) and c:byte(2)==3 then if newer(c) then return c end elseif #c>0 then return 0 end\n" +
        Write);

    /// <summary>ARGV: envelope, life in ms, expected stamp. As <see cref="Set"/>, or 0 when another or nothing is there.</summary>
    public static readonly RedisScript Replace = new(
        Current +
        "if type(c)=='table' or #c~=28 or c:byte(1)~=1 or c:byte(2)~=1 or c:sub(5,20)~=ARGV[3] then return 0 end\n" +
        Write);

    /// <summary>
    /// ARGV: tombstone, its life in ms, which becomes that of what was there if that is longer. The tombstone's life in ms, below zero when
    /// nothing alive was there, or the header of the newer envelope there.
    /// </summary>
    public static readonly RedisScript Remove = new(
        Head +
        "if ours(c) and newer(c) then return c end\n" +
        "local t,life=ARGV[1],tonumber(ARGV[2])\n" +
        "local more=ours(c) and struct.unpack('>I8',c,21)-struct.unpack('>I8',t,21) or 0\n" +
        "if more>0 then t,life=t:sub(1,20)..c:sub(21,28),life+more end\n" +
        "redis.call('SET',KEYS[1],t,'PX',string.format('%.0f',life))\n" +
        "if type(c)=='string' and (#c==0 or (ours(c) and c:byte(2)==3)) then return -life end return life");

    /// <summary>ARGV: by, life in ms of a new counter. The count and its remaining life in ms.</summary>
    public static readonly RedisScript Increment = new(
        "local c=redis.call('GETRANGE',KEYS[1],0,27)\n" +
        "if #c==28 and c:byte(1)==1 and c:byte(2)==3 then redis.call('DEL',KEYS[1]) end\n" +
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

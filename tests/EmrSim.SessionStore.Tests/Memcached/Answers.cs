using System.Buffers;
using System.Text;
using EmrSim.SessionStore.Memcached;

namespace EmrSim.SessionStore.Tests.Memcached;

public sealed class Answers
{
    [Fact]
    public void Are_taken_one_after_the_other_however_they_are_cut()
    {
        var bytes = Encoding.ASCII.GetBytes("HD\r\nVA 5 c77 t-1\r\na\r\nb!\r\nEN\r\nNS\r\nEX\r\nNF\r\nMN\r\nSERVER_ERROR object too large for cache\r\nVERSION 1.6.18\r\nVA 0\r\n\r\n");
        for (var cut = 1; cut <= bytes.Length; cut++)
        {
            var taken = new List<MetaAnswer>();
            var received = ReadOnlySequence<byte>.Empty;
            var left = Array.Empty<byte>();
            foreach (var piece in bytes.Chunk(cut))
            {
                received = Segments.Of(left, piece);
                while (MetaAnswer.TryTake(ref received, out var answer)) taken.Add(answer);
                left = received.ToArray();
            }

            Assert.Empty(left);
            Assert.Equal([MetaCode.Done, MetaCode.Value, MetaCode.Missing, MetaCode.NotStored, MetaCode.Changed, MetaCode.NotFound, MetaCode.NoOp, MetaCode.Refused, MetaCode.Line, MetaCode.Value], taken.Select(static answer => answer.Code));
            Assert.Equal((77UL, "a\r\nb!"), (taken[1].Cas, Encoding.ASCII.GetString(taken[1].Value!)));
            Assert.Equal("SERVER_ERROR object too large for cache", taken[7].Text);
        }
    }

    [Theory]
    [InlineData("VA x\r\n")]
    [InlineData("VA -1\r\n")]
    [InlineData("VA 99999999999\r\n")]
    [InlineData("VA 3\r\nabcd\r\n")]
    [InlineData("VA 1x\r\na\r\n")]
    [InlineData("VA 1 cx\r\na\r\n")]
    public void That_no_server_gives_are_refused(string text)
    {
        var received = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));
        Assert.Throws<InvalidDataException>(() => MetaAnswer.TryTake(ref received, out _));
    }

    [Fact]
    public void Of_random_bytes_are_taken_or_refused_but_never_hang_or_crash()
    {
        var random = new Random(20260611);
        string[] words = ["VA ", "HD", "EN", "\r\n", " c", "12", "\r", "\n", "SERVER_ERROR ", "-", "9999", "a b", "\0", "MN\r\n"];
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => words[random.Next(words.Length)]));
            var bytes = Encoding.Latin1.GetBytes(text);
            if (random.Next(3) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var received = new ReadOnlySequence<byte>(bytes);
            var before = received.Length + 1;
            try
            {
                while (received.Length < before && MetaAnswer.TryTake(ref received, out _)) before = received.Length;
            }
            catch (InvalidDataException)
            {
            }
        }

        var endless = new ReadOnlySequence<byte>(new byte[5000]);
        Assert.Throws<InvalidDataException>(() => MetaAnswer.TryTake(ref endless, out _));
    }

    [Fact]
    public void Keys_keep_their_server_when_another_one_is_added()
    {
        string[] three = ["a:1", "b:1", "c:1"];
        var before = new NodeRing(three);
        var sameInAnotherOrder = new NodeRing(["c:1", "a:1", "b:1"]);
        var after = new NodeRing([.. three, "d:1"]);
        var keys = Enumerable.Range(0, 4000).Select(static number => $"rtc:token:{number}").ToList();
        Assert.All(keys, key => Assert.Equal(three[before.NodeOf(key)], ((string[])["c:1", "a:1", "b:1"])[sameInAnotherOrder.NodeOf(key)]));
        Assert.All(keys.GroupBy(before.NodeOf), static group => Assert.InRange(group.Count(), 1000, 1700));
        Assert.InRange(keys.Count(key => before.NodeOf(key) != after.NodeOf(key)), 700, 1300);
    }

    private sealed class Segments : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(byte[] first, byte[] second)
        {
            var head = new Segments { Memory = first };
            var tail = new Segments { Memory = second, RunningIndex = first.Length };
            head.Next = tail;
            return new(head, 0, tail, second.Length);
        }
    }
}

using System.Buffers.Binary;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>What Chromium's fake microphone hears, over and over: a second of something like speech, then silence.</summary>
public static class FakeVoice
{
    private const int Rate = 48_000;
    private const int SoundSeconds = 1;
    private const int SilenceSeconds = 2;

    public static string WriteWav()
    {
        var samples = Rate * (SoundSeconds + SilenceSeconds);
        var file = new byte[44 + (samples * 2)];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), samples * 2);
        for (var i = 0; i < Rate * SoundSeconds; i++)
        {
            // Vowel-like: a low voice with its overtones, swelling a few times a second.
            var time = (double)i / Rate;
            var swell = 0.5 + (0.5 * Math.Sin(2 * Math.PI * 4 * time));
            var voice = Enumerable.Range(1, 8).Sum(overtone => Math.Sin(2 * Math.PI * 140 * overtone * time) / overtone);
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(44 + (i * 2)), (short)(9000 * swell * voice / 2));
        }

        var path = Path.Combine(Path.GetTempPath(), $"emrsim-voice-{Environment.ProcessId}.wav");
        File.WriteAllBytes(path, file);
        return path;
    }
}

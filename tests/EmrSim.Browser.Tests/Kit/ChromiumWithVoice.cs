using EmrSim.Server.Tests.Processes;
using Microsoft.Playwright;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>A browser with a fake microphone, and a server whose voice service is the emulator.</summary>
public sealed class ChromiumWithVoice : Chromium
{
    private readonly string _voice = FakeVoice.WriteWav();

    public RealtimeEmulator Emulator { get; private set; } = null!;

    protected override IEnumerable<string> MoreArguments => [$"--use-file-for-fake-audio-capture={_voice}"];

    public Task<IPage> OpenWithMicrophoneAsync(string path = "/") => OpenAsync(path, person: new() { Permissions = ["microphone"] });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Emulator is not null) await Emulator.DisposeAsync();
        File.Delete(_voice);
    }

    protected override async Task<ServerProcess> StartServerAsync()
    {
        Emulator = await RealtimeEmulator.StartAsync();
        return await ServerProcess.StartAsync(Emulator.Settings);
    }
}

namespace TorchSharp.Portable.Tests.Imaging;

/// <summary>Tiny image files, made once with another library.</summary>
internal static class SampleImages
{
    /// <summary>64 x 48: red grows with x (4 per pixel), green with y (5 per pixel), blue with both (2 per pixel).</summary>
    public static byte[] Jpeg { get; } = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAwAEADAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD8P9F8C9P3P6VlCsY5dmu2p12i+Ben7n9K64Vj7vLs121Ot0XwL0/c/pXXCsfd5dmu2p12i+Ben7n9K6YVj7vLs121Ou0XwL0/c/pXXCsfdZdmu2p1ui+Ben7n9K6oVj7vLs021Ou0XwL0/c/pXXCsfd5dmu2p1ui+Ben7n9K64Vj7vLs121PiXRfAvT9z+lfkEKx/g3l2a7anXaL4F6fuf0rrhWPu8uzXbU67RfAvT9z+ldUKx93l2a7anW6L4F6fuf0rrhWPusuzXbU67RfAvTEP6V1QrH3eXZrtqdbovgXp+5/SuqFY+7y7NNtTrtF8DdP3P6V1wrH3eXZrtqdbovgXp+5/SuqFY+7y7NdtT4m0XwL0/c/pX5DCsf4N5dmu2p1ui+Ben7n9K6oVj7vLs121Ou0XwL0/c/pXXCsfdZdmm2p1ui+Ben7n9K64Vj7vLs121Ou0XwL0/c/pXVCsfd5dmu2p12i+Ben7n9K64Vj7vLs121Ot0XwL0/c/pXTCsfd5dmu2p12i+Ben7n9K64Vj7rLs121PiXRfAvT9z+lfkUKx/g5l2a7anW6L4F6fuf0rqhWPusuzXbU67RfAvT9z+ldUKx93l2a7anXaL4F6fuf0rqhWPu8uzXbU63RfAvT9z+ldcKx93l2a7anXaL4F6Yh/SuuFY+7y7NdtTrdF8C9P3P6V1QrH3WXZrtqddovgbp+5/SuqFY+7y7NdtT4l0XwKOP3P6V+QwrH+DeXZrtqddovgXp+5/SuuFY+7y7NdtTrdF8C9P3P6V1QrH3eXZrtqddovgXp+5/SuqFY+7y7NdtTrdF8C9P3P6V1wrH3eXZrtqddovgXp+5/SuqFY+6y7NNtTrtF8C9P3P6V1wrH3eXZrtqdbovgXp+5/SuuFY+7y7NdtT4l0XwL0/c/pX5BCsf4N5dmu2p12i+Ben7n9K64Vj7vLs021Ot0XwL0/c/pXVCsfd5dmu2p12i+Ben7n9K64Vj7vLs121Ou0XwL0/c/pXVCsfdZdmu2p1ui+Ben7n9K6oVj7vLs121Ou0XwL0xD+ldcKx93l2a7anW6L4F6fuf0rqhWPu8uzXbU//9k=");

    /// <summary>The upper left 6 x 4 pixels of the same.</summary>
    public static byte[] Png { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAIAAAAiZtkUAAAAGElEQVR42mNkYGBgYWBCRaxMDAwoiDghABACAF+npCuRAAAAAElFTkSuQmCC");

    /// <summary>The same, fully transparent.</summary>
    public static byte[] TransparentPng { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAYAAACtBE5DAAAAGklEQVR42mNkYGBgYGFgwoJZmRgYGDAx6RIAFUIAX2CQfnAAAAAASUVORK5CYII=");

    /// <summary>6 x 4 grey pixels: 0, 10, 20, ... 230.</summary>
    public static byte[] GreyPng { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAAAAACIbxGfAAAAGElEQVR42mNk4OLi4uJitOHi4uLiYkGhABRRAYfY7p1cAAAAAElFTkSuQmCC");
}

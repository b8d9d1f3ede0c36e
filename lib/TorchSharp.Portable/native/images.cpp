// JPEG and PNG files straight into one uint8 tensor [N, C, H, W], decoded in parallel. JPEGs are scaled while they are
// decoded (by libjpeg-turbo, in the frequency domain) to the smallest size that still covers the wanted one; what is
// left is an area average. Every image fails on its own: a status and a message, never an exception.

#include "handles.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

// jpeglib.h needs size_t and FILE first.
#include <jpeglib.h>
#include <png.h>

namespace {

constexpr int kMessageLength = 200;

// Mirrors NativeImage in Imaging/ImageDecoder.cs.
struct ImageRequest {
    const char* path;      // null: decode the bytes
    const uint8_t* bytes;
    int64_t length;
    int32_t width;         // out: of the image as stored
    int32_t height;
    int32_t failed;
    char message[kMessageLength];
};

struct Limits {
    int64_t max_pixels;
    int64_t max_bytes;
};

// An image of interleaved 8-bit samples.
struct Pixels {
    std::vector<uint8_t> data;
    int width = 0;
    int height = 0;
};

void fail(ImageRequest& request, const char* message) {
    request.failed = 1;
    std::snprintf(request.message, kMessageLength, "%s", message);
}

bool read_file(const char* path, const Limits& limits, std::vector<uint8_t>& bytes, ImageRequest& request) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "rb"), &std::fclose);
    if (!file) {
        fail(request, std::strerror(errno));
        return false;
    }
    // Read in pieces: a size asked for beforehand may lie (a pipe, a file that grows).
    constexpr size_t kPiece = 1 << 18;
    size_t used = 0;
    for (;;) {
        bytes.resize(used + kPiece);
        const size_t read = std::fread(bytes.data() + used, 1, kPiece, file.get());
        used += read;
        if (static_cast<int64_t>(used) > limits.max_bytes) {
            fail(request, "the file is too large");
            return false;
        }
        if (read < kPiece) {
            break;
        }
    }
    if (std::ferror(file.get())) {
        fail(request, "the file cannot be read");
        return false;
    }
    bytes.resize(used);
    return true;
}

bool within_limits(int64_t width, int64_t height, const Limits& limits, ImageRequest& request) {
    if (width <= 0 || height <= 0 || width > limits.max_pixels / height) {
        char message[kMessageLength];
        std::snprintf(message, sizeof message, "%lld x %lld pixels are more than is accepted",
                      static_cast<long long>(width), static_cast<long long>(height));
        fail(request, message);
        return false;
    }
    return true;
}

// ---- JPEG

struct JpegErrors {
    jpeg_error_mgr manager;  // first: libjpeg hands back a pointer to it
    jmp_buf escape;
    char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void jpeg_escape(j_common_ptr info) {
    auto* errors = reinterpret_cast<JpegErrors*>(info->err);
    errors->manager.format_message(info, errors->message);
    std::longjmp(errors->escape, 1);
}

void jpeg_be_silent(j_common_ptr) {}

// Nothing with a destructor may live in the frame that longjmp abandons: the caller owns all of it.
bool decode_jpeg_frames(jpeg_decompress_struct& info, JpegErrors& errors, const uint8_t* bytes, size_t length,
                        int channels, int wanted_width, int wanted_height, const Limits& limits, ImageRequest& request,
                        Pixels& pixels) {
    if (setjmp(errors.escape) != 0) {
        fail(request, errors.message);
        return false;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, length);
    jpeg_read_header(&info, TRUE);
    request.width = static_cast<int32_t>(info.image_width);
    request.height = static_cast<int32_t>(info.image_height);
    if (!within_limits(info.image_width, info.image_height, limits, request)) {
        return false;
    }
    if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK) {
        fail(request, "CMYK JPEGs are not supported");
        return false;
    }
    info.out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    info.scale_denom = 8;
    info.scale_num = 8;
    for (unsigned numerator = 1; wanted_width > 0 && numerator < 8; numerator++) {
        if (static_cast<int64_t>(info.image_width) * numerator >= int64_t{8} * wanted_width &&
            static_cast<int64_t>(info.image_height) * numerator >= int64_t{8} * wanted_height) {
            info.scale_num = numerator;
            break;
        }
    }
    jpeg_start_decompress(&info);
    pixels.width = static_cast<int>(info.output_width);
    pixels.height = static_cast<int>(info.output_height);
    pixels.data.resize(static_cast<size_t>(pixels.width) * pixels.height * channels);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = pixels.data.data() + static_cast<size_t>(info.output_scanline) * pixels.width * channels;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    // libjpeg fills what a truncated file lacks with grey and only warns.
    if (errors.manager.num_warnings > 0) {
        errors.manager.format_message(reinterpret_cast<j_common_ptr>(&info), errors.message);
        fail(request, errors.message);
        return false;
    }
    return true;
}

bool decode_jpeg(const uint8_t* bytes, size_t length, int channels, int wanted_width, int wanted_height,
                 const Limits& limits, ImageRequest& request, Pixels& pixels) {
    jpeg_decompress_struct info{};
    JpegErrors errors{};
    info.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = &jpeg_escape;
    errors.manager.output_message = &jpeg_be_silent;
    const std::unique_ptr<jpeg_decompress_struct, void (*)(jpeg_decompress_struct*)> release(
        &info, [](jpeg_decompress_struct* abandoned) { jpeg_destroy_decompress(abandoned); });
    return decode_jpeg_frames(info, errors, bytes, length, channels, wanted_width, wanted_height, limits, request,
                              pixels);
}

// ---- PNG, through libpng's simplified interface, which keeps its longjmp to itself

bool decode_png(const uint8_t* bytes, size_t length, int channels, const Limits& limits, ImageRequest& request,
                Pixels& pixels) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    bool decoded = false;
    if (png_image_begin_read_from_memory(&image, bytes, length) == 0) {
        fail(request, image.message);
    } else {
        request.width = static_cast<int32_t>(image.width);
        request.height = static_cast<int32_t>(image.height);
        if (within_limits(image.width, image.height, limits, request)) {
            image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
            image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
            pixels.width = static_cast<int>(image.width);
            pixels.height = static_cast<int>(image.height);
            pixels.data.resize(static_cast<size_t>(pixels.width) * pixels.height * channels);
            const png_color black{0, 0, 0};  // behind what is transparent
            decoded = png_image_finish_read(&image, &black, pixels.data.data(), 0, nullptr) != 0;
            if (!decoded) {
                fail(request, image.message);
            }
        }
    }
    png_image_free(&image);
    return decoded;
}

// ---- Scaling

// Area average when shrinking, linear interpolation when growing: for each output position the input positions that
// weigh in (a triangle filter widened by the scale), as image libraries with antialiasing do.
struct Axis {
    std::vector<int> first;
    std::vector<int> count;
    std::vector<float> weights;
    int most = 0;
};

Axis make_axis(int from, int to) {
    Axis axis;
    const double scale = static_cast<double>(from) / to;
    const double reach = std::max(scale, 1.0);
    axis.most = static_cast<int>(2 * reach) + 2;
    axis.first.resize(to);
    axis.count.resize(to);
    axis.weights.assign(static_cast<size_t>(to) * axis.most, 0.f);
    for (int i = 0; i < to; i++) {
        const double centre = (i + 0.5) * scale;
        const int low = std::max(0, static_cast<int>(centre - reach + 0.5));
        const int high = std::min(from, static_cast<int>(centre + reach + 0.5));
        double total = 0;
        for (int j = low; j < high; j++) {
            const double weight = std::max(0.0, 1 - std::abs((j + 0.5 - centre) / reach));
            axis.weights[static_cast<size_t>(i) * axis.most + (j - low)] = static_cast<float>(weight);
            total += weight;
        }
        for (int j = 0; j < high - low; j++) {
            axis.weights[static_cast<size_t>(i) * axis.most + j] /= static_cast<float>(total);
        }
        axis.first[i] = low;
        axis.count[i] = high - low;
    }
    return axis;
}

// Interleaved pixels of any size to planes [C, height, width].
void place(const Pixels& pixels, int channels, int width, int height, uint8_t* planes) {
    const auto plane = static_cast<size_t>(width) * height;
    if (pixels.width == width && pixels.height == height) {
        for (size_t i = 0; i < plane; i++) {
            for (int c = 0; c < channels; c++) {
                planes[c * plane + i] = pixels.data[i * channels + c];
            }
        }
        return;
    }
    const Axis across = make_axis(pixels.width, width);
    const Axis down = make_axis(pixels.height, height);
    std::vector<float> rows(static_cast<size_t>(pixels.height) * width * channels);
    for (int y = 0; y < pixels.height; y++) {
        const uint8_t* source = pixels.data.data() + static_cast<size_t>(y) * pixels.width * channels;
        float* target = rows.data() + static_cast<size_t>(y) * width * channels;
        for (int x = 0; x < width; x++) {
            const float* weights = across.weights.data() + static_cast<size_t>(x) * across.most;
            for (int c = 0; c < channels; c++) {
                float sum = 0;
                for (int j = 0; j < across.count[x]; j++) {
                    sum += weights[j] * source[(across.first[x] + j) * channels + c];
                }
                target[x * channels + c] = sum;
            }
        }
    }
    for (int y = 0; y < height; y++) {
        const float* weights = down.weights.data() + static_cast<size_t>(y) * down.most;
        for (int x = 0; x < width; x++) {
            for (int c = 0; c < channels; c++) {
                float sum = 0;
                for (int j = 0; j < down.count[y]; j++) {
                    sum += weights[j] * rows[(static_cast<size_t>(down.first[y] + j) * width + x) * channels + c];
                }
                planes[c * plane + static_cast<size_t>(y) * width + x] =
                    static_cast<uint8_t>(std::clamp(sum + 0.5f, 0.f, 255.f));
            }
        }
    }
}

bool decode(ImageRequest& request, int channels, int wanted_width, int wanted_height, const Limits& limits,
            Pixels& pixels) {
    std::vector<uint8_t> contents;
    const uint8_t* bytes = request.bytes;
    auto length = static_cast<size_t>(request.length);
    if (request.path != nullptr) {
        if (!read_file(request.path, limits, contents, request)) {
            return false;
        }
        bytes = contents.data();
        length = contents.size();
    }
    if (length >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) {
        return decode_jpeg(bytes, length, channels, wanted_width, wanted_height, limits, request, pixels);
    }
    if (length >= 8 && png_sig_cmp(bytes, 0, 8) == 0) {
        return decode_png(bytes, length, channels, limits, request, pixels);
    }
    fail(request, length == 0 ? "the file is empty" : "neither a JPEG nor a PNG");
    return false;
}

// Runs the work of each request on a few threads of its own; an exception (memory) fails that request only.
template <typename Work>
void for_each(ImageRequest* requests, int32_t count, int32_t threads, Work work) {
    std::atomic<int32_t> next{0};
    const auto loop = [&] {
        for (int32_t i = next++; i < count; i = next++) {
            auto& request = requests[i];
            request.failed = 0;
            request.message[0] = '\0';
            try {
                work(i, request);
            } catch (const std::exception& error) {
                fail(request, error.what());
            }
        }
    };
    std::vector<std::thread> helpers;
    for (int32_t i = 1; i < std::min(threads, count); i++) {
        helpers.emplace_back(loop);
    }
    loop();
    for (auto& helper : helpers) {
        helper.join();
    }
}

}  // namespace

// Fills images[i] of the uint8 tensor memory [count, channels, height, width]; failed ones are left as they are.
TSP_API int32_t tsp_decode_images(ImageRequest* requests, int32_t count, int32_t channels, int32_t width, int32_t height,
                                  int64_t max_pixels, int64_t max_bytes, int32_t threads, uint8_t* images) {
    return tsp::guarded<>(int32_t{-1}, [&]() -> int32_t {
        const Limits limits{max_pixels, max_bytes};
        const size_t size = static_cast<size_t>(channels) * width * height;
        for_each(requests, count, threads, [&](int32_t i, ImageRequest& request) {
            Pixels pixels;
            if (decode(request, channels, width, height, limits, pixels)) {
                place(pixels, channels, width, height, images + i * size);
            }
        });
        return 0;
    });
}

// One image in its own size: a new uint8 tensor [channels, height, width], or null with the message in the request.
TSP_API tsp::Handle tsp_decode_image(ImageRequest* request, int32_t channels, int64_t max_pixels, int64_t max_bytes) {
    return tsp::guarded<>(static_cast<tsp::Handle>(nullptr), [&]() -> tsp::Handle {
        Pixels pixels;
        request->failed = 0;
        if (!decode(*request, channels, 0, 0, Limits{max_pixels, max_bytes}, pixels)) {
            return nullptr;
        }
        auto image = at::empty({channels, pixels.height, pixels.width}, at::kByte);
        place(pixels, channels, pixels.width, pixels.height, image.data_ptr<uint8_t>());
        return tsp::own(std::move(image));
    });
}

/* SPDX-License-Identifier: MIT */
/**
 * Building of job descriptors and chains of them.
 */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "mali/mali_job.h"

#define TYPE_64BIT 1
#define PAYLOAD 32

/* Jobs of type WRITE_VALUE: address, enum mali_write, what is there to write. */
struct write_payload {
	uint64_t address;
	uint32_t what;
	uint32_t pad;
	uint64_t value;
};

/* Jobs of type CACHE_FLUSH: a bit for each cache and what is to be done with it. */
struct flush_payload {
	uint32_t caches;
	uint32_t l2;
};

#define FLUSH_SHADER_CLEAN (1u << 0)
#define FLUSH_SHADER_INVALIDATE (1u << 1)
#define FLUSH_SHADER_OTHER_INVALIDATE (1u << 2)
#define FLUSH_JOB_MANAGER_CLEAN (1u << 16)
#define FLUSH_JOB_MANAGER_INVALIDATE (1u << 17)
#define FLUSH_TILER_CLEAN (1u << 24)
#define FLUSH_TILER_INVALIDATE (1u << 25)
#define FLUSH_L2_CLEAN (1u << 0)
#define FLUSH_L2_INVALIDATE (1u << 1)

static_assert(sizeof(struct mali_job_header) == PAYLOAD, "header ends where the payload starts");
static_assert(offsetof(struct mali_job_header, type) == 16, "as the hardware has it");
static_assert(offsetof(struct mali_job_header, next) == 24, "as the hardware has it");
static_assert(PAYLOAD + sizeof(struct write_payload) <= MALI_JOB_BYTES, "fits");

struct mali_chain mali_chain_at(void *map, uint64_t address, uint64_t bytes)
{
	return (struct mali_chain){
		.map = map,
		.address = address,
		.stride = MALI_JOB_BYTES,
		.room = (unsigned int)(bytes / MALI_JOB_BYTES),
	};
}

uint64_t mali_chain_address(const struct mali_chain *chain, unsigned int job)
{
	return chain->address + job * chain->stride;
}

static volatile struct mali_job_header *header_of(const struct mali_chain *chain, unsigned int job)
{
	return (volatile struct mali_job_header *)(chain->map + job * chain->stride);
}

/* @payload: of MALI_JOB_BYTES - PAYLOAD bytes at most. */
static unsigned int add(struct mali_chain *chain, unsigned int type, const void *payload,
			size_t bytes)
{
	const unsigned int job = chain->jobs;
	const struct mali_job_header header = {
		.type = (uint8_t)(type << 1 | TYPE_64BIT),
		/* Index 0 means "none", and a chain may be longer than there are indices. */
		.index = htole16((uint16_t)(job % 0xffff + 1)),
		.dependency = {job ? htole16((uint16_t)((job - 1) % 0xffff + 1)) : 0},
	};
	uint8_t *at = (uint8_t *)chain->map + job * chain->stride;

	assert(job < chain->room);
	memset(at, 0, MALI_JOB_BYTES);
	memcpy(at, &header, sizeof(header));
	if (bytes)
		memcpy(at + PAYLOAD, payload, bytes);
	if (job)
		header_of(chain, job - 1)->next = htole64(mali_chain_address(chain, job));
	return chain->jobs++;
}

unsigned int mali_chain_other(struct mali_chain *chain, unsigned int type)
{
	return add(chain, type, NULL, 0);
}

unsigned int mali_chain_null(struct mali_chain *chain)
{
	return mali_chain_other(chain, MALI_JOB_NULL);
}

unsigned int mali_chain_write(struct mali_chain *chain, enum mali_write what, uint64_t target,
			      uint64_t value)
{
	const struct write_payload payload = {
		.address = htole64(target),
		.what = htole32(what),
		.value = htole64(value),
	};

	return add(chain, MALI_JOB_WRITE_VALUE, &payload, sizeof(payload));
}

unsigned int mali_chain_flush(struct mali_chain *chain)
{
	const struct flush_payload payload = {
		.caches = htole32(FLUSH_SHADER_CLEAN | FLUSH_SHADER_INVALIDATE |
				  FLUSH_SHADER_OTHER_INVALIDATE | FLUSH_JOB_MANAGER_CLEAN |
				  FLUSH_JOB_MANAGER_INVALIDATE | FLUSH_TILER_CLEAN |
				  FLUSH_TILER_INVALIDATE),
		.l2 = htole32(FLUSH_L2_CLEAN | FLUSH_L2_INVALIDATE),
	};

	return add(chain, MALI_JOB_CACHE_FLUSH, &payload, sizeof(payload));
}

void mali_chain_close_loop(struct mali_chain *chain)
{
	assert(chain->jobs);
	header_of(chain, chain->jobs - 1)->next = htole64(chain->address);
}

unsigned int mali_chain_status(const struct mali_chain *chain, unsigned int job)
{
	assert(job < chain->jobs);
	return le32toh(header_of(chain, job)->exception_status) & 0xff;
}

void mali_chain_rearm(struct mali_chain *chain)
{
	for (unsigned int job = 0; job < chain->jobs; job++) {
		volatile struct mali_job_header *header = header_of(chain, job);

		header->exception_status = 0;
		header->first_incomplete_task = 0;
		header->fault_pointer = 0;
	}
}

unsigned int mali_write_bytes(enum mali_write what)
{
	switch (what) {
	case MALI_WRITE_8:
		return 1;
	case MALI_WRITE_16:
		return 2;
	case MALI_WRITE_ZERO:
	case MALI_WRITE_32:
		return 4;
	case MALI_WRITE_64:
	case MALI_WRITE_CYCLES:
	case MALI_WRITE_TIMESTAMP:
		return 8;
	}
	return 0;
}

const char *mali_status_name(unsigned int status)
{
	switch (status) {
	case MALI_STATUS_NOT_STARTED:
		return "NOT_STARTED";
	case MALI_STATUS_DONE:
		return "DONE";
	case MALI_STATUS_STOPPED:
		return "STOPPED";
	case MALI_STATUS_TERMINATED:
		return "TERMINATED";
	case MALI_STATUS_CONFIG_FAULT:
		return "JOB_CONFIG_FAULT";
	case MALI_STATUS_READ_FAULT:
		return "JOB_READ_FAULT";
	case MALI_STATUS_WRITE_FAULT:
		return "JOB_WRITE_FAULT";
	}
	return "unknown";
}
